using System.Reflection;

namespace OrleansCampaigns.Architecture.Tests;

/// <summary>Lists what travels between silos and clients: names, numbers and signatures.</summary>
internal static class WireContracts
{
    private static readonly Assembly[] Assemblies =
    [
        Assembly.Load("OrleansCampaigns.Domain"),
        Assembly.Load("OrleansCampaigns.Contracts"),
        Assembly.Load("OrleansCampaigns.Grains"),
    ];

    // The generated code of Orleans repeats every type; only what somebody wrote counts.
    private static IEnumerable<Type> Written => Assemblies.SelectMany(assembly => assembly.GetTypes())
        .Where(type => type.Namespace?.StartsWith("OrleansCampaigns.", StringComparison.Ordinal) == true
            && !type.Name.Contains('<', StringComparison.Ordinal));

    public static IEnumerable<Type> Grains =>
        Written.Where(type => type.IsInterface && typeof(IAddressable).IsAssignableFrom(type))
            .OrderBy(Alias, StringComparer.Ordinal);

    public static IEnumerable<Type> Values => Written
        .Where(type => type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false))
        .OrderBy(Alias, StringComparer.Ordinal);

    public static IEnumerable<Type> Enums => Written
        .Where(type => type is { IsEnum: true, IsVisible: true })
        .OrderBy(type => type.FullName, StringComparer.Ordinal);

    public static string? Alias(MemberInfo member) => member.GetCustomAttribute<AliasAttribute>(inherit: false)?.Alias;

    public static IEnumerable<(uint Id, MemberInfo Member)> Members(Type type) =>
        from member in type.GetMembers(
            BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        let id = member.GetCustomAttribute<IdAttribute>()?.Id
        where id is not null
        orderby id
        select (id.Value, member);

    public static string Describe() => string.Concat(
        Grains.SelectMany(DescribeGrain).Concat(Values.SelectMany(DescribeValue)).Concat(Enums.SelectMany(DescribeEnum))
            .Select(line => line + '\n'));

    private static IEnumerable<string> DescribeGrain(Type grain) =>
    [
        $"grain {Alias(grain)}",
        .. from method in grain.GetMethods().OrderBy(method => method.Name, StringComparer.Ordinal)
           let parameters = method.GetParameters()
               .Select(parameter => $"{Name(parameter.ParameterType)} {parameter.Name}")
           select $"  {Alias(method)}: {Name(method.ReturnType)} {method.Name}({string.Join(", ", parameters)})",
    ];

    private static IEnumerable<string> DescribeValue(Type type) =>
    [
        $"value {Alias(type)}",
        .. Members(type).Select(known => $"  {known.Id}: {Name(TypeOf(known.Member))} {known.Member.Name}"),
    ];

    private static IEnumerable<string> DescribeEnum(Type type) =>
    [
        $"enum {type.FullName!["OrleansCampaigns.".Length..]}",
        .. Enum.GetValues(type).Cast<Enum>().Select(value => $"  {value:D}: {value}"),
    ];

    private static Type TypeOf(MemberInfo member) => member switch
    {
        PropertyInfo property => property.PropertyType,
        FieldInfo field => field.FieldType,
        _ => typeof(void),
    };

    private static string Name(Type type)
    {
        if (type.IsArray)
        {
            return $"{Name(type.GetElementType()!)}[]";
        }

        return type.IsGenericType
            ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
            : type.Name;
    }
}
