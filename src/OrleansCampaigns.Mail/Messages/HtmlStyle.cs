using System.Buffers;
using System.Globalization;

namespace OrleansCampaigns.Mail.Messages;

/// <summary>What a style says about whether its element can be read: the ways in which newsletters hide a teaser.
/// </summary>
/// <param name="IsHidden">Whether nothing in the element is seen.</param>
/// <param name="IsTiny">
/// Whether its text is too small to be read; <see langword="null"/> when it does not say. Elements in it that have a
/// size of their own are read all the same: columns stand in such wrappers.
/// </param>
/// <param name="IsShown">Whether it says how the element is displayed, whatever a style sheet says of that.</param>
internal readonly record struct HtmlStyle(bool IsHidden, bool? IsTiny, bool IsShown)
{
    // A pixel is no letter. The same in points, and of the letters around it.
    private const double TinyPixelsMax = 1;
    private const double TinyRelativeMax = 0.08;

    private static readonly SearchValues<char> OfNumbers = SearchValues.Create("+-.0123456789");

    // Text that is moved so far is off the page.
    private const double OffPage = -500;

    /// <summary>Reads a style attribute.</summary>
    /// <param name="style">The declarations.</param>
    /// <param name="isLink">Whether it is a link's: the buttons that all programs but Outlook show are links that
    /// Outlook is told to hide.</param>
    public static HtmlStyle Read(string? style, bool isLink)
    {
        var isHidden = false;
        bool? isTiny = null;
        var (isFlat, isCut, isAbsolute, isFar, isShown) = (false, false, false, false, false);
        foreach (var range in (style ?? "").AsSpan().Split(';'))
        {
            var declaration = style.AsSpan(range);
            var colon = declaration.IndexOf(':');
            if (colon < 0)
            {
                continue;
            }

            var name = declaration[..colon].Trim().ToString().ToLowerInvariant();
            var value = Value(declaration[(colon + 1)..]);
            switch (name)
            {
                case "display" when value == "none":
                case "visibility" when value is "hidden" or "collapse":
                case "mso-hide" when value == "all" && !isLink:
                case "opacity" or "max-height" when IsZero(value):
                case "text-indent" when Size(value) is { Number: <= OffPage }:
                case "transform" when value is "scale(0)" or "scale(0,0)":
                case "clip" when value.StartsWith("rect(0", StringComparison.Ordinal):
                    isHidden = true;
                    break;
                case "display":
                    isShown = true;
                    break;
                case "font-size":
                    isTiny = IsTinySize(value);
                    break;
                case "font" when value.StartsWith("0/", StringComparison.Ordinal)
                    || value.StartsWith("0 ", StringComparison.Ordinal):
                    isTiny = true;
                    break;
                case "height" or "width" or "max-width" when IsZero(value):
                    isFlat = true;
                    break;
                case "overflow" or "overflow-x" or "overflow-y":
                    isCut |= value is "hidden" or "clip";
                    break;
                case "position":
                    isAbsolute = value is "absolute" or "fixed";
                    break;
                case "left" or "top" or "right" or "bottom":
                    isFar |= Size(value) is { Number: <= OffPage };
                    break;
            }
        }

        return new(isHidden || (isFlat && isCut) || (isAbsolute && isFar), isTiny, isShown);
    }

    private static string Value(ReadOnlySpan<char> written)
    {
        var mark = written.IndexOf('!');
        return (mark < 0 ? written : written[..mark]).Trim().ToString().ToLowerInvariant();
    }

    private static bool IsZero(string value) => Size(value) is { Number: 0 };

    private static bool? IsTinySize(string value) => Size(value) switch
    {
        null => value is "inherit" or "unset" ? null : false,
        { Number: 0 } => true,
        { Unit: "px" or "pt" or "" } size => size.Number <= TinyPixelsMax,
        { Unit: "%" } size => size.Number / 100 <= TinyRelativeMax,
        var size => size.Value.Number <= TinyRelativeMax,
    };

    private static (double Number, string Unit)? Size(string value)
    {
        var digits = value.AsSpan().IndexOfAnyExcept(OfNumbers) is >= 0 and var end ? end : value.Length;
        return double.TryParse(
            value.AsSpan(0, digits), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? (number, value[digits..].Trim())
            : null;
    }
}
