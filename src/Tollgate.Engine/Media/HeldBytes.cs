using System.Buffers;

namespace Tollgate.Engine.Media;

/// <summary>
/// Bytes that are kept until they are sent, perhaps more than once: in pooled blocks, and beyond what memory is allowed in a temporary file
/// that vanishes with its handle.
/// </summary>
internal sealed class HeldBytes : IAsyncDisposable
{
    private const int BlockSize = 64 * 1024;

    private readonly List<byte[]> _blocks = [];
    private int _filled;
    private FileStream? _file;

    /// <summary>How many there are.</summary>
    public long Length { get; private set; }

    /// <summary>Bytes that are in memory.</summary>
    public long InMemory => _blocks.Count == 0 ? 0 : ((_blocks.Count - 1L) * BlockSize) + _filled;

    /// <summary>The first of them, a block at most.</summary>
    public ReadOnlySpan<byte> Head => _blocks.Count switch
    {
        0 => default,
        1 => _blocks[0].AsSpan(0, _filled),
        _ => _blocks[0].AsSpan(0, BlockSize),
    };

    /// <summary>Room for the next bytes in memory; say with <see cref="Advance"/> how much of it was used.</summary>
    public Memory<byte> Room()
    {
        if (_blocks.Count == 0 || _filled == BlockSize)
        {
            _blocks.Add(ArrayPool<byte>.Shared.Rent(BlockSize));
            _filled = 0;
        }

        return _blocks[^1].AsMemory(_filled, BlockSize - _filled);
    }

    /// <summary>Keeps what was written to <see cref="Room"/>.</summary>
    public void Advance(int count)
    {
        _filled += count;
        Length += count;
    }

    /// <summary>Keeps the rest of a stream on disk.</summary>
    public async Task SpillAsync(Stream rest, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        _file = new FileStream(Path.Combine(Path.GetTempPath(), "tollgate-" + Guid.NewGuid().ToString("N")), options);
        await rest.CopyToAsync(_file, BlockSize, cancellationToken);
        Length += _file.Length;
    }

    /// <summary>Writes all of them; may be asked again.</summary>
    public async Task WriteToAsync(Stream output, CancellationToken cancellationToken)
    {
        for (var i = 0; i < _blocks.Count; i++)
        {
            await output.WriteAsync(_blocks[i].AsMemory(0, i == _blocks.Count - 1 ? _filled : BlockSize), cancellationToken);
        }

        if (_file is not null)
        {
            _file.Position = 0;
            await _file.CopyToAsync(output, BlockSize, cancellationToken);
        }
    }

    /// <summary>Leaves the blocks to the garbage collector instead of the pool: somebody may still read them.</summary>
    public void Abandon() => _blocks.Clear();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var block in _blocks)
        {
            ArrayPool<byte>.Shared.Return(block);
        }

        _blocks.Clear();
        if (_file is not null)
        {
            await _file.DisposeAsync();
        }
    }
}
