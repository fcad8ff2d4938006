using System.Collections;
using System.ComponentModel;
using System.Globalization;
using System.Reflection;

namespace OrleansCampaigns.Host.Settings;

/// <summary>What may stand at one place of the configuration: a value, a list, entries by name, or named settings.
/// </summary>
internal sealed class SettingsNode
{
    private readonly Dictionary<string, SettingsNode> _children = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The settings at this place, by name, as they are spelt in the documentation.</summary>
    public IReadOnlyDictionary<string, SettingsNode> Children => _children;

    /// <summary>The type of the value; <see langword="null"/> where there is none.</summary>
    public Type? Value { get; private init; }

    /// <summary>Whether the value may be absent though its key is there.</summary>
    public bool IsOptional { get; private init; }

    /// <summary>What each entry of a list holds; <see langword="null"/> where there is no list.</summary>
    public SettingsNode? Item { get; private init; }

    /// <summary>What each entry by name holds; <see langword="null"/> where there are none.</summary>
    public SettingsNode? Entry { get; private init; }

    /// <summary>Whether a framework reads what is there, by rules of its own.</summary>
    public bool IsForeign { get; private init; }

    /// <summary>A place whose settings are added one by one.</summary>
    public static SettingsNode Branch() => new();

    /// <summary>A place that a framework reads.</summary>
    public static SettingsNode Foreign() => new() { IsForeign = true };

    /// <summary>What the binder would read into a type.</summary>
    public static SettingsNode Of(Type type, bool isOptional = false)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Of(underlying, isOptional: true);
        }

        if (IsValue(type))
        {
            return new() { Value = type, IsOptional = isOptional };
        }

        if (type.IsAssignableTo(typeof(IDictionary)))
        {
            return new() { Entry = Of(type.GenericTypeArguments[1]) };
        }

        if (IsList(type))
        {
            return new() { Item = Of(type.GenericTypeArguments[0]) };
        }

        var node = Branch();
        node.AddPropertiesOf(type);
        return node;
    }

    /// <summary>The place at a path below this one, made where it is missing.</summary>
    public SettingsNode At(string path)
    {
        var node = this;
        foreach (var name in path.Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!node._children.TryGetValue(name, out var child))
            {
                node._children[name] = child = Branch();
            }

            node = child;
        }

        return node;
    }

    public void Add(string name, SettingsNode node) => _children[name] = node;

    public void Remove(string name) => _children.Remove(name);

    /// <summary>Adds what the binder would read into a type that is bound to this place.</summary>
    public void AddPropertiesOf(Type type)
    {
        var nullability = new NullabilityInfoContext();
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var isBound = property.SetMethod is { IsPublic: true }
                || property.PropertyType.IsAssignableTo(typeof(IDictionary)) || IsList(property.PropertyType);
            if (isBound && property.GetIndexParameters().Length == 0)
            {
                _children[property.Name] = Of(
                    property.PropertyType, nullability.Create(property).ReadState == NullabilityState.Nullable);
            }
        }
    }

    /// <summary>What is wrong with a value, as the end of a sentence; <see langword="null"/> when it can be read.
    /// </summary>
    public string? ProblemOf(string text)
    {
        var type = Value!;
        if (type == typeof(string) || (text.Length == 0 && IsOptional))
        {
            return null;
        }

        if (type.IsEnum)
        {
            // Numbers would be taken, too, even those that mean nothing.
            var names = Enum.GetNames(type);
            return names.Contains(text, StringComparer.OrdinalIgnoreCase) ? null
                : $"must be one of {string.Join(", ", names)}";
        }

        if (type == typeof(bool))
        {
            return bool.TryParse(text, out _) ? null : "must be true or false";
        }

        if (type == typeof(TimeSpan))
        {
            // A lone number is days: 30 is taken for a month by who meant seconds.
            return text.Contains(':', StringComparison.Ordinal)
                && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out _)
                    ? null
                    : "must be a time such as 00:00:30 (hours, minutes, seconds) or 3.00:00:00 (days before them)";
        }

        if (type == typeof(double))
        {
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                && double.IsFinite(number) ? null : "must be a number such as 2.5";
        }

        if (CanConvert(type, text))
        {
            return null;
        }

        return type == typeof(DateTimeOffset) ? "must be a moment such as 2030-01-31T12:00:00Z"
            : type.IsPrimitive ? "must be a whole number that is not too large"
            : "cannot be read";
    }

    private static bool CanConvert(Type type, string text)
    {
        try
        {
            return TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text) is not null;
        }
        catch (Exception unreadable) when (unreadable is ArgumentException or FormatException or NotSupportedException
            or OverflowException)
        {
            return false;
        }
    }

    private static bool IsValue(Type type) =>
        type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(TimeSpan)
        || type == typeof(DateTimeOffset) || type == typeof(Uri) || type == typeof(decimal);

    private static bool IsList(Type type) => type.IsGenericType && type.IsAssignableTo(typeof(IEnumerable));
}
