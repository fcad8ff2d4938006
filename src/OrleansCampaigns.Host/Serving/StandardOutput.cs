using System.Text;
using Microsoft.Win32.SafeHandles;

namespace OrleansCampaigns.Host.Serving;

/// <summary>Writes what must not be lost to standard output.</summary>
internal static class StandardOutput
{
    private const int Descriptor = 1;

    /// <summary>Writes a line, or fails.</summary>
    /// <remarks><see cref="Console"/> keeps silent about a pipe that nothing reads any more.</remarks>
    /// <exception cref="SettingsException">It could not be written.</exception>
    public static void Write(string line)
    {
        try
        {
            Console.Out.Flush();
            if (!OperatingSystem.IsWindows())
            {
                using var handle = new SafeFileHandle(Descriptor, ownsHandle: false);
                using var output = new FileStream(handle, FileAccess.Write, bufferSize: 0);
                if (!output.CanSeek)
                {
                    output.Write(Encoding.UTF8.GetBytes(line + Environment.NewLine));
                    return;
                }
            }

            // A file, whose end the console knows: a stream of its own would be written over by the next line.
            Console.Out.WriteLine(line);
            Console.Out.Flush();
        }
        catch (Exception lost) when (lost is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new SettingsException(
                $"Standard output cannot be written to, so that the key would be lost: {lost.Message}");
        }
    }
}
