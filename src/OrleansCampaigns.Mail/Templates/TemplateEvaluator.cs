using System.Globalization;

namespace OrleansCampaigns.Mail.Templates;

/// <summary>The message cannot be made for this recipient.</summary>
/// <param name="code">The refusal's code.</param>
/// <param name="message">Why, without anything of the recipient's.</param>
internal sealed class TemplateRenderException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;
}

/// <summary>Where a loop is.</summary>
/// <param name="Start">Its first step.</param>
/// <param name="Items">What it walks through.</param>
/// <param name="Index">Which of them it is at.</param>
internal readonly record struct TemplateLoop(int Start, string[] Items, int Index)
{
    public string Item => Items[Index];

    public bool IsLast => Index == Items.Length - 1;
}

/// <summary>Works out the values of one template for one recipient.</summary>
internal sealed class TemplateEvaluator(RecipientFields values)
{
    // A call costs something even when its arguments are short.
    private const int CallCost = 32;

    private long workLeft = TemplateLimits.HelperWorkMax;
    private string? unreadable;

    /// <summary>The loops that are being run, the innermost on top.</summary>
    public Stack<TemplateLoop> Loops { get; } = new();

    /// <summary>The recipient's fields.</summary>
    public RecipientFields Values => values;

    /// <summary>What a tag writes.</summary>
    /// <exception cref="TemplateRenderException">A helper cannot make anything of the recipient's values.</exception>
    public string Write(TemplateValue value)
    {
        if (value is not CallValue call)
        {
            return Find(value) ?? "";
        }

        // Links are found in the trust that no value is blank.
        unreadable = null;
        return Find(call) is { } text && !string.IsNullOrWhiteSpace(text) ? text : throw (unreadable is null
            ? new TemplateRenderException(
                "template.missing_field",
                $"{call.Place}: The contact has no value for the helper "
                    + $"'{call.Rule.Name}', and there is no fallback.")
            : new TemplateRenderException("template.unreadable_value", unreadable));
    }

    /// <summary>Whether a condition holds.</summary>
    public bool Holds(TemplateValue value)
    {
        switch (value)
        {
            case ReferenceValue { Reference: { Kind: ReferenceKind.Field, Name: var name } }:
                return values.Has(name);
            case ReferenceValue { Reference: { Kind: ReferenceKind.Data, Name: var name } }:
                var loop = Loops.Peek();
                return name switch
                {
                    "@index" => loop.Index > 0,
                    "@first" => loop.Index == 0,
                    _ => loop.IsLast,
                };
            case CallValue { Rule.IsCondition: true } call:
                return Holds(call);
            default:
                return !string.IsNullOrWhiteSpace(Find(value)); // The items of a list are never blank.
        }
    }

    private bool Holds(CallValue call)
    {
        switch (call.Rule.Helper)
        {
            case TemplateHelper.And:
                return call.Arguments.All(Holds);
            case TemplateHelper.Or:
                return call.Arguments.Any(Holds);
            case TemplateHelper.Not:
                return !Holds(call.Arguments[0]);
            case TemplateHelper.Has:
                var sought = Find(call.Arguments[1]);
                var list = Find(call.Arguments[0]);
                Spend(sought, list);
                return list is not null && sought is not null
                    && RecipientFields.Split(list).Contains(sought.Trim(), StringComparer.Ordinal);
        }

        var left = Find(call.Arguments[0]);
        var right = Find(call.Arguments[1]);
        Spend(left, right);
        return left is null || right is null
            ? call.Rule.Helper == TemplateHelper.Ne && left != right
            : call.Rule.Helper switch
            {
                TemplateHelper.Eq => AreEqual(left, right),
                TemplateHelper.Ne => !AreEqual(left, right),
                TemplateHelper.Gt => Compare(left, right) > 0,
                TemplateHelper.Ge => Compare(left, right) >= 0,
                TemplateHelper.Lt => Compare(left, right) < 0,
                TemplateHelper.Le => Compare(left, right) <= 0,
                TemplateHelper.Contains => left.Contains(right, StringComparison.Ordinal),
                TemplateHelper.StartsWith => left.StartsWith(right, StringComparison.Ordinal),
                _ => left.EndsWith(right, StringComparison.Ordinal),
            };
    }

    // 5 and 5.0 are one number.
    private static bool AreEqual(string left, string right) =>
        left == right || (NumberText.Read(left) is { } number && number == NumberText.Read(right));

    /// <summary>How two numbers or two dates compare; <see langword="null"/> for anything else.</summary>
    private int? Compare(string left, string right)
    {
        if (NumberText.Read(left) is { } number && NumberText.Read(right) is { } other)
        {
            return number.CompareTo(other);
        }

        return DateText.Read(left) is { } date && DateText.Read(right) is { } otherDate
            ? Moment(date).CompareTo(Moment(otherDate))
            : null;
    }

    // A day begins when it begins for the campaign.
    private DateTimeOffset Moment((DateTimeOffset Time, bool IsMoment) date) => date.IsMoment
        ? date.Time
        : new DateTimeOffset(date.Time.DateTime, TimeSpan.Zero) - values.Zone.GetUtcOffset(date.Time.DateTime);

    private string? Find(TemplateValue value) => value switch
    {
        LiteralValue literal => literal.Text,
        CallValue call => Find(call),
        ReferenceValue { Reference: { Kind: ReferenceKind.Field, Name: var name } } => values.Find(name),
        ReferenceValue { Reference.Kind: ReferenceKind.Item } => Loops.Peek().Item,
        ReferenceValue { Reference.Name: "@index" } => Loops.Peek().Index.ToString(CultureInfo.InvariantCulture),
        ReferenceValue { Reference.Name: "@first" } => Loops.Peek().Index == 0 ? "true" : "false",
        _ => Loops.Peek().IsLast ? "true" : "false",
    };

    private string? Find(CallValue call)
    {
        if (call.Rule.Helper == TemplateHelper.Default)
        {
            Spend(null, null);
            foreach (var argument in call.Arguments)
            {
                if (Find(argument) is { } first && !string.IsNullOrWhiteSpace(first))
                {
                    return first;
                }
            }

            return null;
        }

        if (Find(call.Arguments[0]) is not { } text)
        {
            return null;
        }

        Spend(text, null);
        var culture = call.Settings.Culture ?? values.Culture;
        return call.Rule.Helper switch
        {
            TemplateHelper.Upper => culture.TextInfo.ToUpper(text),
            TemplateHelper.Lower => culture.TextInfo.ToLower(text),
            TemplateHelper.Capitalise => CaseText.Capitalise(text, culture),
            TemplateHelper.UrlEncode => PercentEncoder.Component.Encode(text),
            TemplateHelper.Number => NumberText.Read(text) is { } number
                ? NumberText.Write(number, call.Settings.Decimals, culture)
                : NotRead(call, "number", text),
            TemplateHelper.Date => DateText.Read(text) is { } date
                ? DateText.Write(date, call.Settings.Format, culture, call.Settings.Zone ?? values.Zone)
                    ?? NotRead(call, "date of the language's calendar", text)
                : NotRead(call, "date", text),
            _ => text,
        };
    }

    private string? NotRead(CallValue call, string kind, string text)
    {
        if (values.TakeAnything)
        {
            return text;
        }

        unreadable = $"{call.Place}: The contact's value for the helper "
            + $"'{call.Rule.Name}' is no {kind}, and there is no fallback.";
        return null;
    }

    private void Spend(string? text, string? other)
    {
        workLeft -= CallCost + (text?.Length ?? 0) + (other?.Length ?? 0);
        if (workLeft < 0)
        {
            throw new TemplateRenderException(
                "template.too_large",
                $"The helpers have more to do than {TemplateLimits.HelperWorkMax:N0} characters.");
        }
    }
}
