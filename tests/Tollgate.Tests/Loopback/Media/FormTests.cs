using System.Text;
using Microsoft.AspNetCore.Http;

namespace Tollgate.Tests.Loopback.Media;

/// <summary>Requests with files: what arrives at the upstream, how often, and what it costs in memory.</summary>
public sealed class FormTests
{
    private const int Megabyte = 1024 * 1024;
    private const string Path = "v1/audio/transcriptions";

    [Fact]
    public async Task SmallForm_ArrivesWhole_WithTheUpstreamsModel_WhateverTheOrderOfItsParts()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        using var form = Form.Of(
            ("file", Form.File(100_000)), ("model", "ok"), ("language", "de"), ("timestamp_granularities[]", "word"), ("timestamp_granularities[]", "segment"),
            ("metadata", """{"tags":["a"]}"""), ("num_retries", "1"));
        var answer = await SendAsync(gateway, form);

        answer.Status.ShouldBe(200, answer.Body);
        answer.Json.GetProperty("text").GetString().ShouldBe("Tollgate mock hears you.");
        var upstream = gateway.LastUpstreamRequest;
        upstream.Target.ShouldBe("/v1/audio/transcriptions");
        upstream.Header("content-length").ShouldBe(upstream.Body.Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
        upstream.Header("authorization").ShouldBe("Bearer " + GatewayFixture.UpstreamKey);
        var received = await ReceivedForm.ReadAsync(upstream);
        received.Fields.ShouldBe([("model", "up-model"), ("language", "de"), ("timestamp_granularities[]", "word"), ("timestamp_granularities[]", "segment")]);
        received.Files.ShouldHaveSingleItem().ShouldBe(("file", "sound é.wav", "audio/wav", 100_000L, Form.HashOf(100_000)));
    }

    [Fact]
    public async Task SeveralPictures_ArriveInOrder()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        using var form = Form.Of(
            ("model", "ok"), ("prompt", "a cat"), ("image[]", Form.File(1000)), ("image[]", Form.File(2000)), ("mask", Form.File(3000)));
        using var response = await gateway.SendAsync(HttpMethod.Post, "v1/images/edits", form);
        var answer = await Answer.ReadAsync(response);

        answer.Status.ShouldBe(200, answer.Body);
        var received = await ReceivedForm.ReadAsync(gateway.LastUpstreamRequest);
        received.Files.Select(static file => (file.Name, file.Length)).ShouldBe([("image[]", 1000L), ("image[]", 2000L), ("mask", 3000L)]);
    }

    [Fact]
    public async Task LargeFile_StreamsThrough_ByteForByte_InBoundedMemory()
    {
        const int size = 96 * Megabyte;
        ReceivedForm? received = null;
        long? announced = 0;
        await using var upstream = await MediaUpstream.StartAsync(async http =>
        {
            announced = http.Request.ContentLength;
            received = await ReceivedForm.ReadAsync(http.Request);
            await http.Response.WriteAsync("""{"text":"heard"}""");
        });
        await using var gateway = await GatewayFixture.StartAsync(new TestModel("ok") { ApiBase = upstream.Address });
        using (var first = Form.Of(("model", "ok"), ("file", Form.File(10 * Megabyte))))
        {
            (await SendAsync(gateway, first)).Status.ShouldBe(200);
        }

        var before = GC.GetTotalAllocatedBytes();
        using var form = Form.Of(("model", "ok"), ("language", "de"), ("file", Form.File(size)), ("prompt", "behind the file"), ("model", "sneaked-in"), ("metadata", "{}"));
        var answer = await SendAsync(gateway, form);
        var allocated = GC.GetTotalAllocatedBytes() - before;

        answer.Status.ShouldBe(200, answer.Body);
        answer.Body.ShouldBe("""{"text":"heard"}""");
        received!.Fields.ShouldBe([("model", "up-model"), ("language", "de"), ("prompt", "behind the file")]);
        received.Files.ShouldHaveSingleItem().ShouldBe(("file", "sound é.wav", "audio/wav", (long)size, Form.HashOf(size)));
        announced.ShouldBeNull();
        allocated.ShouldBeLessThan(size / 2);
    }

    [Fact]
    public async Task LargeFileBeforeItsModel_IsKeptOnDisk_AndArrives()
    {
        const int size = 30 * Megabyte;
        await using var gateway = await GatewayFixture.StartAsync();
        using var form = Form.Of(("file", Form.File(size)), ("model", "ok"));
        var answer = await SendAsync(gateway, form);

        answer.Status.ShouldBe(200, answer.Body);
        var received = await ReceivedForm.ReadAsync(gateway.LastUpstreamRequest);
        received.Files.ShouldHaveSingleItem().ShouldBe(("file", "sound é.wav", "audio/wav", (long)size, Form.HashOf(size)));
    }

    [Fact]
    public async Task ModelInThePath_NeedsNoField()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        using var form = Form.Of(("file", Form.File(10 * Megabyte)));
        using var response = await gateway.SendAsync(HttpMethod.Post, "openai/deployments/ok/audio/translations", form);
        var answer = await Answer.ReadAsync(response);

        answer.Status.ShouldBe(200, answer.Body);
        (await ReceivedForm.ReadAsync(gateway.LastUpstreamRequest)).Fields.ShouldBe([("model", "up-model")]);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(12, 1)]
    public async Task FormThatIsKept_IsTriedAgain_OneThatStreamedIsNot(int megabytes, int attempts)
    {
        var seen = 0;
        await using var upstream = await MediaUpstream.StartAsync(async http =>
        {
            Interlocked.Increment(ref seen);
            await ReceivedForm.ReadAsync(http.Request);
            http.Response.StatusCode = seen == 1 ? 500 : 200;
            await http.Response.WriteAsync(seen == 1 ? """{"error":{"message":"not now"}}""" : """{"text":"heard"}""");
        });
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup
        {
            Models = [new("ok") { ApiBase = upstream.Address }],
            Router = "num_retries: 2, retry_after: 0",
        });
        using var form = Form.Of(("model", "ok"), ("file", Form.File(megabytes * Megabyte)));
        var answer = await SendAsync(gateway, form);

        answer.Status.ShouldBe(attempts == 2 ? 200 : 500, answer.Body);
        seen.ShouldBe(attempts);
    }

    [Fact]
    public async Task FormAboveTheLimit_IsRefused_AnnouncedOrNot()
    {
        await using var gateway = await GatewayFixture.StartAsync(new GatewaySetup { General = "max_request_size_mb: 9" });
        foreach (var chunked in new[] { false, true })
        {
            using var form = Form.Of(("model", "ok"), ("file", Form.File(10 * Megabyte)));
            using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = form };
            request.Headers.TransferEncodingChunked = chunked;
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + GatewayFixture.MasterKey);
            using var response = await gateway.Http.SendAsync(request, GatewayFixture.Token);
            var answer = await Answer.ReadAsync(response);

            answer.Status.ShouldBe(400, answer.Body);
            answer.Error.Message.ShouldContain("Request size is too large. Request size is ");
        }

        await gateway.ShouldStillServeAsync();
    }

    [Theory]
    [InlineData("multipart/form-data", "x", "names no boundary")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nok", "Invalid multipart/form-data body")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Type: text/plain\r\n\r\nok\r\n--b--\r\n", "has no header 'Content-Disposition")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"model\"; filename=\"m\"\r\n\r\nok\r\n--b--\r\n", "'model' must not be a file")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nok\r\n--b--\r\n", "Missing required parameter: 'file'")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"m\"\r\n\r\nok\r\n--b--\r\n", "Missing required parameter: 'model'")]
    [InlineData("application/json", """{"model":"ok"}""", "Missing required parameter: 'file'. Send a file as multipart/form-data.")]
    public async Task FormThatIsNone_Is400_AndSaysWhy(string contentType, string body, string message)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        var answer = await SendAsync(gateway, content);

        answer.Status.ShouldBe(400, answer.Body);
        answer.Error.Message.ShouldContain(message);
        gateway.Upstream.Statistics.Requests.ShouldBe(0);
        await gateway.ShouldStillServeAsync();
    }

    [Theory]
    [InlineData("text/vtt", "WEBVTT\n\nhello")]
    [InlineData("text/plain; charset=utf-8", "hello")]
    public async Task Subtitles_ComeThroughAsTheyAre(string contentType, string body)
    {
        await using var upstream = await MediaUpstream.StartAsync(http =>
        {
            http.Response.ContentType = contentType;
            return http.Response.WriteAsync(body);
        });
        await using var gateway = await GatewayFixture.StartAsync(new TestModel("ok") { ApiBase = upstream.Address });
        using var form = Form.Of(("model", "ok"), ("response_format", "vtt"), ("file", Form.File(1000)));
        var answer = await SendAsync(gateway, form);

        (answer.Status, answer.Body, answer.Header("content-type")).ShouldBe((200, body, contentType));
    }

    private static async Task<Answer> SendAsync(GatewayFixture gateway, HttpContent content)
    {
        using var response = await gateway.SendAsync(HttpMethod.Post, Path, content);
        return await Answer.ReadAsync(response);
    }
}
