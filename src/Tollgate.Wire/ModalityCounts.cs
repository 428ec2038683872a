namespace Tollgate.Wire;

/// <summary>Tokens of one side of a call by what they are, whatever words the upstream has for it.</summary>
internal struct ModalityCounts
{
    public long Text;
    public long Audio;
    public long Image;
    public long Video;

    /// <summary>Counts with what each side is made of.</summary>
    public static TokenUsage Apply(in TokenUsage usage, in ModalityCounts input, in ModalityCounts cached, in ModalityCounts output) => usage with
    {
        TextInputTokens = Math.Max(0, input.Text - cached.Text),
        AudioInputTokens = input.Audio,
        ImageInputTokens = input.Image,
        VideoInputTokens = input.Video,
        CachedAudioTokens = cached.Audio,
        CachedImageTokens = cached.Image,
        AudioOutputTokens = output.Audio,
        ImageOutputTokens = output.Image,
        VideoOutputTokens = output.Video,
        TextOutputTokens = output.Text,
    };
}
