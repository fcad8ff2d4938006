namespace OrleansCampaigns.Scenarios.Messages;

/// <summary>Looks at messages and pictures with what is none of ours: Python's <c>email</c> and a browser.</summary>
internal static class MessageParts
{
    public const string Python = "/usr/bin/python3";

    /// <summary>Reads a message from a file and tells what it holds, as JSON.</summary>
    public const string Reader = """
        import email, email.policy, json, sys
        with open(sys.argv[1], 'rb') as file:
            mail = email.message_from_binary_file(file, policy=email.policy.default)
        def tell(part):
            leaf = not part.is_multipart()
            return {
                'type': part.get_content_type(), 'root': part.get_param('type'), 'id': part['Content-ID'],
                'disposition': part.get_content_disposition(), 'file': part.get_filename(),
                'octets': len(part.get_payload(decode=True)) if leaf else 0,
                'text': part.get_content() if leaf and part.get_content_maintype() == 'text' else None,
                'defects': [str(defect) for defect in part.defects],
                'parts': [] if leaf else [tell(inner) for inner in part.iter_parts()]}
        print(json.dumps({
            'headers': [[name, str(value)] for name, value in mail.items()],
            'replyTo': [[one.display_name, one.addr_spec] for one in mail['Reply-To'].addresses],
            'headerDefects': [str(defect) for value in mail.values() for defect in value.defects],
            'body': tell(mail)}))
        """;

    /// <summary>Counts the pixels of a colour in a picture of eight bits a channel (PNG, not interlaced).</summary>
    public const string PixelCounter = """
        import struct, sys, zlib
        data = open(sys.argv[1], 'rb').read()
        wanted = bytes.fromhex(sys.argv[2])
        at, packed = 8, b''
        while at < len(data):
            length, kind = struct.unpack('>I4s', data[at:at + 8])
            body = data[at + 8:at + 8 + length]
            if kind == b'IHDR':
                width, height, depth, colours, _, _, interlaced = struct.unpack('>IIBBBBB', body)
                assert depth == 8 and colours in (2, 6) and not interlaced
            packed += body if kind == b'IDAT' else b''
            at += 12 + length
        step = 3 if colours == 2 else 4
        raw, line, count = zlib.decompress(packed), bytearray(width * step), 0
        def paeth(a, b, c):
            p = a + b - c
            return min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
        for y in range(height):
            start = y * (width * step + 1)
            how, row = raw[start], bytearray(raw[start + 1:start + 1 + width * step])
            for x in range(width * step if how else 0):
                a = row[x - step] if x >= step else 0
                b = line[x]
                c = line[x - step] if x >= step else 0
                row[x] = (row[x] + [0, a, b, (a + b) // 2, paeth(a, b, c) if how == 4 else 0][how]) & 255
            count += sum(row[x:x + 3] == wanted for x in range(0, width * step, step))
            line = row
        print(count)
        """;

    private static readonly string[] Browsers =
        ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    /// <summary>The browser of this machine, if there is one.</summary>
    public static string? Chromium => Browsers.FirstOrDefault(File.Exists);
}
