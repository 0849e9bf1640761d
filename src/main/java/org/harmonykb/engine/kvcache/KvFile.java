package org.harmonykb.engine.kvcache;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;
import org.harmonykb.engine.kernel.KvLayout;
import org.jspecify.annotations.Nullable;

/**
 * Blocks of keys and values on disk: a file of slots of one size, each a header and a block with
 * checksums of their own. A slot says by hashes which prefix it holds and which prefix it
 * continues, so the order of slots means nothing, and one that was half written when the machine
 * stopped, or damaged later, is dropped alone. The file's name and first page tell what computed
 * its values; another model, precision or kernel has another file.
 *
 * <p>Owned by the engine's thread; another process that opens the same file is refused.
 */
public final class KvFile implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(KvFile.class.getName());

  /** Changes with the layout of the file or the arithmetic of the engine. */
  private static final int VERSION = 1;

  private static final int MAGIC = 0x564b4248; // "HBKV"
  private static final int PAGE = 4096;
  private static final int HASH_BYTES = 32;

  /** What a slot holds; see {@link PrefixNode}. */
  record Entry(int slot, byte[] hash, byte[] parentHash, int[] tokens, long lastUsed) {}

  private final Path path;
  private final FileChannel channel;
  private final long blockBytes;
  private final int maxSlots;
  private final BitSet used = new BitSet();
  private final ByteBuffer header = ByteBuffer.allocateDirect(PAGE).order(ByteOrder.LITTLE_ENDIAN);

  private KvFile(Path path, FileChannel channel, long blockBytes, int maxSlots) {
    this.path = path;
    this.channel = channel;
    this.blockBytes = blockBytes;
    this.maxSlots = maxSlots;
  }

  /**
   * Opens the file for a key, or begins it.
   *
   * @param key all that the values depend on: the model's identity, layout, kernels
   * @param maxBytes size that the file never exceeds
   * @throws IOException if it cannot be opened or another process uses it
   */
  public static KvFile open(Path folder, String key, KvCache.Shape shape, long maxBytes)
      throws IOException {
    Files.createDirectories(folder);
    String full = VERSION + "\n" + shape + "\n" + key;
    byte[] keyHash = PrefixTree.rootHash(full);
    Path path = folder.resolve("kv-" + HexFormat.of().formatHex(keyHash, 0, 8) + ".bin");
    FileChannel channel =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      lock(path, channel);
      long blockBytes = shape.blockBytes();
      long slots = Math.max(0, (maxBytes - PAGE) / (PAGE + blockBytes));
      KvFile file = new KvFile(path, channel, blockBytes, (int) Math.min(slots, Integer.MAX_VALUE));
      file.begin(full.getBytes(StandardCharsets.UTF_8));
      return file;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static void lock(Path path, FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw new IOException(path + " is in use by another process");
      }
    } catch (OverlappingFileLockException e) {
      throw new IOException(path + " is in use by another engine of this process", e);
    }
  }

  /** Writes the first page, or empties a file whose first page is another's. */
  private void begin(byte[] key) throws IOException {
    ByteBuffer first = ByteBuffer.allocate(PAGE).order(ByteOrder.LITTLE_ENDIAN);
    first.putInt(MAGIC).putInt(VERSION).putLong(blockBytes);
    first.put(key, 0, Math.min(key.length, first.remaining()));
    first.rewind();
    ByteBuffer found = ByteBuffer.allocate(PAGE);
    long size = channel.size();
    if (size > 0) {
      readFully(found, 0);
      if (found.flip().equals(first)) {
        return;
      }
      LOG.log(
          System.Logger.Level.WARNING,
          "{0} does not begin as a KV cache of this model; it is emptied",
          path);
      channel.truncate(0);
    }
    writeFully(first, 0);
  }

  /** All slots whose header is whole. Blocks are checked when they are read. */
  List<Entry> entries() throws IOException {
    List<Entry> entries = new ArrayList<>();
    long size = channel.size();
    int damaged = 0;
    for (int slot = 0; slot < maxSlots && offset(slot) + PAGE + blockBytes <= size; slot++) {
      header.clear();
      readFully(header, offset(slot));
      header.flip();
      if (header.getInt(0) == 0) {
        continue; // free
      }
      Entry entry = parse(slot);
      if (entry == null) {
        damaged++;
      } else {
        used.set(slot);
        entries.add(entry);
      }
    }
    if (damaged > 0) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0}: {1} damaged blocks are dropped; their prefixes will be computed again",
          path,
          damaged);
    }
    return entries;
  }

  private @Nullable Entry parse(int slot) {
    if (header.getInt(0) != MAGIC || header.getInt(4) != crc(header.slice(8, PAGE - 8))) {
      return null;
    }
    int count = header.getInt(12);
    if (count < 1 || count > KvLayout.BLOCK_TOKENS) {
      return null;
    }
    byte[] hash = new byte[HASH_BYTES];
    byte[] parentHash = new byte[HASH_BYTES];
    header.get(24, hash).get(24 + HASH_BYTES, parentHash);
    int[] tokens = new int[count];
    for (int i = 0; i < count; i++) {
      tokens[i] = header.getInt(24 + 2 * HASH_BYTES + 4 * i);
    }
    boolean isItself = Arrays.equals(hash, PrefixTree.hash(parentHash, tokens));
    return isItself ? new Entry(slot, hash, parentHash, tokens, header.getLong(16)) : null;
  }

  /** A slot that is free, or -1 if all are taken. */
  int freeSlot() {
    int slot = used.nextClearBit(0);
    return slot < maxSlots ? slot : -1;
  }

  void write(Entry entry, MemorySegment block) throws IOException {
    ByteBuffer values = block.asByteBuffer();
    header.clear();
    while (header.hasRemaining()) {
      header.putLong(0);
    }
    header.putInt(0, MAGIC).putInt(8, crc(values)).putInt(12, entry.tokens.length);
    header.putLong(16, entry.lastUsed).put(24, entry.hash).put(24 + HASH_BYTES, entry.parentHash);
    for (int i = 0; i < entry.tokens.length; i++) {
      header.putInt(24 + 2 * HASH_BYTES + 4 * i, entry.tokens[i]);
    }
    header.putInt(4, crc(header.slice(8, PAGE - 8)));
    writeFully(values.rewind(), offset(entry.slot) + PAGE);
    writeFully(header.rewind(), offset(entry.slot));
    used.set(entry.slot);
  }

  /** Reads a slot's block; false if it is damaged, and the slot is free then. */
  boolean read(int slot, MemorySegment block) throws IOException {
    header.clear();
    readFully(header, offset(slot));
    int expected = header.getInt(8);
    ByteBuffer values = block.asByteBuffer();
    readFully(values, offset(slot) + PAGE);
    if (crc(values.rewind()) == expected) {
      return true;
    }
    LOG.log(
        System.Logger.Level.WARNING,
        "{0}: a damaged block is dropped; its prefix will be computed again",
        path);
    free(slot);
    return false;
  }

  void free(int slot) throws IOException {
    header.clear();
    while (header.hasRemaining()) {
      header.putLong(0); // the tokens too
    }
    writeFully(header.rewind(), offset(slot));
    used.clear(slot);
  }

  /** Cuts off what lies behind the last slot in use. */
  void trim() throws IOException {
    long end = offset(used.length());
    if (channel.size() > end) {
      channel.truncate(end);
    }
  }

  /** Deletes the files of other models, precisions and kernels beside this one. */
  void deleteOthers() throws IOException {
    Path folder = path.toAbsolutePath().getParent();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "kv-*.bin")) {
      for (Path other : files) {
        if (!other.getFileName().equals(path.getFileName())) {
          Files.deleteIfExists(other);
        }
      }
    }
  }

  /** Bytes of the slots in use. */
  long bytes() {
    return used.cardinality() * (PAGE + blockBytes);
  }

  @Override
  public void close() throws IOException {
    channel.close(); // releases the lock
  }

  private long offset(int slot) {
    return PAGE + slot * (PAGE + blockBytes);
  }

  private static int crc(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate());
    return (int) crc.getValue();
  }

  private void readFully(ByteBuffer into, long position) throws IOException {
    while (into.hasRemaining()) {
      int count = channel.read(into, position);
      if (count < 0) {
        return;
      }
      position += count;
    }
  }

  private void writeFully(ByteBuffer from, long position) throws IOException {
    while (from.hasRemaining()) {
      position += channel.write(from, position);
    }
  }
}
