using System.Buffers;
using System.Globalization;
using System.Text;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Mail.Templates;

/// <summary>Reads what stands in a tag: a field, or a helper with its arguments.</summary>
/// <param name="content">What stands in the tag.</param>
/// <param name="place">Where the tag begins.</param>
/// <param name="readReference">Reads the name of a field.</param>
internal sealed class ExpressionReader(string content, TagPlace place, Func<string, TagPlace, Reference> readReference)
{
    private const int DepthMax = 10;
    private const int DecimalsMax = 10;

    private static readonly SearchValues<char> Syntax = SearchValues.Create("()\"'[]=");

    private int at;
    private int depth;

    /// <summary>Reads a value that is written out.</summary>
    /// <exception cref="TemplateSyntaxException">It is none.</exception>
    public TemplateValue ReadOutput()
    {
        if (ReadCall(isWhole: true) is not { } call)
        {
            return new ReferenceValue(readReference(content, place));
        }

        return call.Rule.IsCondition
            ? throw Wrong(call.Rule, $"It is a condition: write {{{{#if {call.Rule.Usage}}}}}…{{{{/if}}}}.")
            : call;
    }

    /// <summary>Reads what a block tests.</summary>
    /// <exception cref="TemplateSyntaxException">It is nothing that a block can test.</exception>
    public TemplateValue ReadCondition()
    {
        if (!content.StartsWith('('))
        {
            return ReadCall(isWhole: true) ?? (TemplateValue)new ReferenceValue(readReference(content, place));
        }

        var value = ReadInBrackets();
        SkipBlanks();
        return at == content.Length
            ? value
            : throw new TemplateSyntaxException($"Nothing may follow the bracket: '{content[at..]}'.", place);
    }

    /// <summary>Reads a helper; <see langword="null"/>, with nothing read, when there is none.</summary>
    /// <param name="isWhole">Whether it goes on to the end of the tag; else to a bracket.</param>
    private CallValue? ReadCall(bool isWhole)
    {
        SkipBlanks();
        var start = at;
        while (at < content.Length && char.IsAsciiLetter(content[at]))
        {
            at++;
        }

        var isFollowed = at < content.Length && (IsBlank(content[at]) || content[at] == '(');
        if (!isFollowed || HelperRule.Find(content[start..at]) is not { } rule)
        {
            at = start;
            return null;
        }

        var arguments = new List<TemplateValue>();
        var settings = CallSettings.None;
        while (!IsAtEnd(isWhole))
        {
            if (ReadSettingName() is { } name)
            {
                settings = Set(rule, settings, name);
            }
            else if (arguments.Count == 1 && rule.Helper is TemplateHelper.Number or TemplateHelper.Date)
            {
                settings = SetSecond(rule, settings);
            }
            else if (arguments.Count == rule.ArgumentsMax)
            {
                throw Wrong(rule, "It has too many arguments.");
            }
            else
            {
                arguments.Add(Check(rule, ReadArgument(rule)));
            }
        }

        return arguments.Count < rule.ArgumentsMin
            ? throw Wrong(rule, "An argument is missing.")
            : new CallValue(rule, arguments, settings, place);
    }

    private bool IsAtEnd(bool isWhole)
    {
        SkipBlanks();
        if (at < content.Length && content[at] == ')' && isWhole)
        {
            throw new TemplateSyntaxException("There is a closing bracket too many.", place);
        }

        return at == content.Length || content[at] == ')';
    }

    private TemplateValue Check(HelperRule rule, TemplateValue argument) =>
        argument is CallValue { Rule: { IsCondition: true } condition } && !rule.TakesConditions
            ? throw Wrong(rule, $"It needs values, and '{condition.Name}' is a condition.")
            : argument;

    private TemplateValue ReadArgument(HelperRule rule)
    {
        switch (content[at])
        {
            case '(':
                return ReadInBrackets();
            case '"' or '\'':
                return new LiteralValue(ReadText(rule));
            case '“' or '”' or '„' or '‘' or '’' or '«' or '»':
            case '&' when content.AsSpan(at).StartsWith("&quot;"):
                // Word processors and editors of HTML change quotes on the way.
                throw Wrong(rule, "Text stands in straight quotes, \"x\" or 'x'.");
        }

        var word = ReadWord();
        const NumberStyles styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        return decimal.TryParse(word, styles, CultureInfo.InvariantCulture, out _)
            ? new LiteralValue(word)
            : new ReferenceValue(readReference(word, place));
    }

    private TemplateValue ReadInBrackets()
    {
        if (++depth > DepthMax)
        {
            throw new TemplateSyntaxException($"Brackets are nested deeper than {DepthMax}.", place);
        }

        at++;
        var call = ReadCall(isWhole: false);
        TemplateValue value = call ?? (TemplateValue)new ReferenceValue(readReference(ReadWord(), place));
        SkipBlanks();
        if (at == content.Length || content[at] != ')')
        {
            throw new TemplateSyntaxException("A bracket is not closed, or holds no helper.", place);
        }

        at++;
        depth--;
        return value;
    }

    private string ReadWord()
    {
        SkipBlanks();
        var start = at;
        var isInBrackets = false;
        for (; at < content.Length; at++)
        {
            if (content[at] is '[' or ']')
            {
                isInBrackets = content[at] == '[';
            }
            else if (!isInBrackets && (IsBlank(content[at]) || content[at] is '(' or ')'))
            {
                break;
            }
        }

        return content[start..at];
    }

    private string ReadText(HelperRule rule)
    {
        var quote = content[at];
        var end = content.IndexOf(quote, at + 1);
        if (end < 0)
        {
            throw Wrong(rule, $"The quotes ({quote}) are not closed.");
        }

        var text = content[(at + 1)..end];
        at = end + 1;
        return text;
    }

    // lang="de": what is before the equals sign.
    private string? ReadSettingName()
    {
        var end = at;
        while (end < content.Length && char.IsAsciiLetter(content[end]))
        {
            end++;
        }

        if (end == at || end == content.Length || content[end] != '=')
        {
            return null;
        }

        var name = content[at..end];
        at = end + 1;
        return name;
    }

    private CallSettings Set(HelperRule rule, CallSettings settings, string name)
    {
        if (at == content.Length || content[at] is not ('"' or '\''))
        {
            throw Wrong(rule, $"{name}= needs text in quotes.");
        }

        var text = ReadText(rule);
        settings = settings with { Source = $"{settings.Source} {name}={Quote(text)}" };
        switch (name)
        {
            case "lang" when rule.Helper is TemplateHelper.Upper or TemplateHelper.Lower or TemplateHelper.Capitalise
                or TemplateHelper.Number or TemplateHelper.Date:
                return settings with
                {
                    Culture = Cultures.Find(text)
                        ?? throw Wrong(rule, $"lang=\"{text}\" is no language that is known, such as de or de-AT."),
                };
            case "zone" when rule.Helper == TemplateHelper.Date:
                return settings with
                {
                    Zone = TimeZones.Find(text)
                        ?? throw Wrong(rule, $"zone=\"{text}\" is no name of the IANA database: Europe/Vienna is."),
                };
            default:
                throw Wrong(rule, $"It has no setting '{name}'.");
        }
    }

    private CallSettings SetSecond(HelperRule rule, CallSettings settings)
    {
        if (rule.Helper == TemplateHelper.Number)
        {
            var word = ReadWord();
            return settings.Decimals is null && int.TryParse(word, NumberStyles.None, null, out var decimals)
                && decimals <= DecimalsMax
                ? settings with { Decimals = decimals, Source = $" {word}{settings.Source}" }
                : throw Wrong(rule, $"'{word}' is no number of decimals from 0 to {DecimalsMax}.");
        }

        if (content[at] is not ('"' or '\'') || settings.Format is not null)
        {
            throw Wrong(rule, $"'{ReadWord()}' is no format: it stands in quotes.");
        }

        var format = ReadText(rule);
        return settings with
        {
            Format = DateText.ReadFormat(format, out var problem) ?? throw Wrong(rule, problem!),
            Source = $" {Quote(format)}{settings.Source}",
        };
    }

    // A field may be named like a helper: {{date of birth}}.
    private TemplateSyntaxException Wrong(HelperRule rule, string problem)
    {
        var message = new StringBuilder($"The helper '{rule.Name}': {problem} It is used like this: {rule.Usage}.");
        if (content.AsSpan().IndexOfAny(Syntax) < 0)
        {
            message.Append(CultureInfo.InvariantCulture, $" If it is a field, write {{{{[{content}]}}}}.");
        }

        return new TemplateSyntaxException(message.ToString(), place);
    }

    private static string Quote(string text) => text.Contains('"') ? $"'{text}'" : $"\"{text}\"";

    private void SkipBlanks()
    {
        while (at < content.Length && IsBlank(content[at]))
        {
            at++;
        }
    }

    private static bool IsBlank(char c) => c is ' ' or '\t' or '\r' or '\n';
}
