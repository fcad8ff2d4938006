namespace OrleansCampaigns.Contracts.Feedback;

/// <summary>How e-mails find their way back over the web: the section <c>Tracking</c>.</summary>
public sealed class TrackingOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Tracking";

    /// <summary>
    /// The address of the API as recipients reach it, such as <c>https://news.example.org</c>. Without it nothing is
    /// tracked, and List-Unsubscribe has no https form.
    /// </summary>
    public string? PublicUrl { get; set; }

    /// <summary>For so long after it was sent, whatever opens or clicks is taken for a machine; 10 seconds.</summary>
    public TimeSpan MachineWindow { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Two different links clicked within this time are a scanner's work; 2 seconds.</summary>
    public TimeSpan MachineBurst { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Whether HTML parts hold a link that no person sees, by which scanners give themselves away.</summary>
    public bool HiddenLink { get; set; } = true;

    /// <summary>Networks from which only machines ask, such as <c>192.0.2.0/24</c>, beside those that are known.
    /// </summary>
    public IList<string> MachineNetworks { get; set; } = [];

    /// <summary>Networks of proxies whose X-Forwarded-For is believed.</summary>
    public IList<string> TrustedProxies { get; set; } = [];

    /// <summary>Secrets of tokens, for rotation; the installation's own key (number 0) when empty.</summary>
    public IList<TrackingKeyOptions> Keys { get; set; } = [];
}

/// <summary>One secret of tokens.</summary>
public sealed class TrackingKeyOptions
{
    /// <summary>Its number, from 1 to 255; 0 is the installation's own key, which is always there.</summary>
    public int Id { get; set; }

    /// <summary>At least 16 characters.</summary>
    public string Secret { get; set; } = "";

    /// <summary>Campaigns created from then on use it.</summary>
    public DateTimeOffset Since { get; set; }
}

/// <summary>The paths of the public endpoints, under <see cref="TrackingOptions.PublicUrl"/>.</summary>
public static class TrackingPaths
{
    /// <summary>The open pixel: <c>/t/o/{token}</c>.</summary>
    public const string Open = "/t/o/";

    /// <summary>A tracked link: <c>/t/c/{token}</c>, with <c>?u=</c> when the link differs by recipient.</summary>
    public const string Click = "/t/c/";

    /// <summary>The link that no person sees: <c>/t/l/{token}</c>.</summary>
    public const string Hidden = "/t/l/";

    /// <summary>The unsubscribe page and one-click: <c>/t/u/{token}</c>.</summary>
    public const string Unsubscribe = "/t/u/";
}
