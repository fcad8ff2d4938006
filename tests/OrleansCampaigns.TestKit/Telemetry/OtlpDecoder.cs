using System.Buffers.Binary;
using System.Globalization;

namespace OrleansCampaigns.TestKit.Telemetry;

/// <summary>Decodes the requests of OTLP, as <c>opentelemetry-proto</c> numbers their fields.</summary>
internal static class OtlpDecoder
{
    /// <summary>The spans of an ExportTraceServiceRequest.</summary>
    public static List<OtlpSpan> Spans(ReadOnlySpan<byte> request) => Decode(request, ReadSpan);

    /// <summary>The metrics of an ExportMetricsServiceRequest.</summary>
    public static List<OtlpMetric> Metrics(ReadOnlySpan<byte> request) => Decode(request, ReadMetric);

    private delegate T Reader<T>(
        ReadOnlySpan<byte> message, string scope, Dictionary<string, string> resource);

    // Both requests are resources that hold scopes that hold records.
    private static List<T> Decode<T>(ReadOnlySpan<byte> request, Reader<T> read)
    {
        var records = new List<T>();
        var resources = new ProtobufReader(request);
        while (resources.Read())
        {
            var attributes = new Dictionary<string, string>();
            var parts = new ProtobufReader(resources.Octets);
            while (parts.Read())
            {
                if (parts.Field == 1)
                {
                    attributes = Attributes(parts.Octets, 1);
                }
                else if (parts.Field == 2)
                {
                    var scope = "";
                    var inner = new ProtobufReader(parts.Octets);
                    while (inner.Read())
                    {
                        if (inner.Field == 1)
                        {
                            scope = TextOf(inner.Octets, 1);
                        }
                        else if (inner.Field == 2)
                        {
                            records.Add(read(inner.Octets, scope, attributes));
                        }
                    }
                }
            }
        }

        return records;
    }

    private static OtlpSpan ReadSpan(
        ReadOnlySpan<byte> message, string scope, Dictionary<string, string> resource)
    {
        var (trace, id, parent, name) = ("", "", "", "");
        var links = new List<string>();
        var reader = new ProtobufReader(message);
        while (reader.Read())
        {
            switch (reader.Field)
            {
                case 1:
                    trace = reader.Hex;
                    break;
                case 2:
                    id = reader.Hex;
                    break;
                case 4:
                    parent = reader.Hex;
                    break;
                case 5:
                    name = reader.Text;
                    break;
                case 13:
                    links.Add(HexOf(reader.Octets, 1));
                    break;
            }
        }

        return new(trace, id, parent, name, scope, Attributes(message, 9), links, resource);
    }

    private static OtlpMetric ReadMetric(
        ReadOnlySpan<byte> message, string scope, Dictionary<string, string> resource)
    {
        var (name, unit, kind) = ("", "", "");
        var points = new List<OtlpPoint>();
        var reader = new ProtobufReader(message);
        while (reader.Read())
        {
            switch (reader.Field)
            {
                case 1:
                    name = reader.Text;
                    break;
                case 3:
                    unit = reader.Text;
                    break;
                case 5 or 7 or 9:
                    kind = ReadPoints(reader.Octets, reader.Field, points);
                    break;
            }
        }

        return new(name, unit, kind, scope, points, resource);
    }

    private static string ReadPoints(ReadOnlySpan<byte> data, int field, List<OtlpPoint> points)
    {
        var isMonotonic = false;
        var reader = new ProtobufReader(data);
        while (reader.Read())
        {
            if (reader.Field == 1)
            {
                points.Add(field == 9 ? ReadHistogram(reader.Octets) : ReadNumber(reader.Octets));
            }
            else if (reader.Field == 3)
            {
                isMonotonic = reader.Integer != 0;
            }
        }

        return field switch { 5 => "gauge", 9 => "histogram", _ => isMonotonic ? "counter" : "updowncounter" };
    }

    private static OtlpPoint ReadNumber(ReadOnlySpan<byte> point)
    {
        var value = 0.0;
        var reader = new ProtobufReader(point);
        while (reader.Read())
        {
            value = reader.Field switch { 4 => reader.Real, 6 => reader.Integer, _ => value };
        }

        return new(Attributes(point, 7), value, []);
    }

    private static OtlpPoint ReadHistogram(ReadOnlySpan<byte> point)
    {
        var value = 0.0;
        var boundaries = new List<double>();
        var reader = new ProtobufReader(point);
        while (reader.Read())
        {
            if (reader.Field == 4)
            {
                value = reader.Integer;
            }
            else if (reader.Field == 7 && reader.Octets.IsEmpty)
            {
                boundaries.Add(reader.Real);
            }
            else if (reader.Field == 7)
            {
                for (var i = 0; i < reader.Octets.Length; i += 8)
                {
                    boundaries.Add(BinaryPrimitives.ReadDoubleLittleEndian(reader.Octets[i..]));
                }
            }
        }

        return new(Attributes(point, 9), value, boundaries);
    }

    private static Dictionary<string, string> Attributes(ReadOnlySpan<byte> message, int field)
    {
        var attributes = new Dictionary<string, string>();
        var reader = new ProtobufReader(message);
        while (reader.Read())
        {
            if (reader.Field == field)
            {
                var pair = new ProtobufReader(reader.Octets);
                var (key, value) = ("", "");
                while (pair.Read())
                {
                    (key, value) = pair.Field == 1 ? (pair.Text, value) : (key, Value(pair.Octets));
                }

                attributes[key] = value;
            }
        }

        return attributes;
    }

    private static string Value(ReadOnlySpan<byte> value)
    {
        var reader = new ProtobufReader(value);
        return !reader.Read() ? "" : reader.Field switch
        {
            1 => reader.Text,
            2 => reader.Integer != 0 ? "true" : "false",
            3 => reader.Integer.ToString(CultureInfo.InvariantCulture),
            4 => reader.Real.ToString(CultureInfo.InvariantCulture),
            _ => reader.Hex,
        };
    }

    private static string TextOf(ReadOnlySpan<byte> message, int field)
    {
        var reader = new ProtobufReader(message);
        while (reader.Read())
        {
            if (reader.Field == field)
            {
                return reader.Text;
            }
        }

        return "";
    }

    private static string HexOf(ReadOnlySpan<byte> message, int field)
    {
        var reader = new ProtobufReader(message);
        while (reader.Read())
        {
            if (reader.Field == field)
            {
                return reader.Hex;
            }
        }

        return "";
    }
}
