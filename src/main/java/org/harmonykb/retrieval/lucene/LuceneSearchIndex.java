package org.harmonykb.retrieval.lucene;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.harmonykb.retrieval.AccessScope;
import org.harmonykb.retrieval.Chunk;
import org.harmonykb.retrieval.Passage;
import org.harmonykb.retrieval.Query;
import org.harmonykb.retrieval.RetrievalTrace;
import org.harmonykb.retrieval.SearchArms;
import org.harmonykb.retrieval.SearchIndex;
import org.harmonykb.retrieval.VectorSpaces;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder of index generations, of which one is live. The live number stands in the file {@code
 * current}, with the previous one's on a second line; it is replaced atomically, so a new
 * generation that fails leaves the old one untouched. Every change goes to all generations, hence a
 * rollback finds the documents of today and nothing that was deleted.
 */
public final class LuceneSearchIndex implements SearchIndex, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LuceneSearchIndex.class);

  /** Chosen by {@code bin/kb eval speed}; see docs/retrieval.md. */
  public static final VectorStorage STORAGE = VectorStorage.FLOAT;

  /** A generation and its name. */
  private record Numbered(int number, Instant createdAt, LuceneGeneration generation) {

    String line() {
      return number + " " + createdAt;
    }

    Generation describe(Generation.State state) {
      return new Generation(number, state, createdAt, generation.passageCount());
    }
  }

  private final Path folder;
  private final VectorSpaces spaces;
  private final VectorStorage storage;
  private volatile Numbered live;
  private volatile @Nullable Numbered previous;
  private volatile @Nullable Numbered next;

  /**
   * Opens the live generation, or creates the first.
   *
   * @param folder belongs to this index alone
   */
  public LuceneSearchIndex(Path folder) {
    this(folder, VectorSpaces.BUNDLED);
  }

  /**
   * @param spaces of the vectors that will come; those of another model stay out of searches
   */
  public LuceneSearchIndex(Path folder, VectorSpaces spaces) {
    this(folder, spaces, STORAGE);
  }

  /**
   * @param storage how the vectors of new segments are searched
   */
  public LuceneSearchIndex(Path folder, VectorSpaces spaces, VectorStorage storage) {
    this.folder = folder;
    this.spaces = spaces;
    this.storage = storage;
    try {
      Files.createDirectories(folder);
      Path current = folder.resolve("current");
      List<String> lines =
          Files.exists(current)
              ? Files.readAllLines(current).stream().filter(line -> !line.isBlank()).toList()
              : List.of("1");
      live = openOrBegin(lines.getFirst());
      if (lines.size() > 1 && Files.isDirectory(generationFolder(number(lines.get(1))))) {
        previous = openPrevious(lines.get(1));
      }
      writeCurrent(live, previous);
      deleteOthers();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open the index in " + folder, e);
    }
  }

  private Numbered open(String line) throws IOException {
    String[] parts = line.strip().split(" ", 2);
    int number = number(line);
    Instant createdAt = parts.length > 1 ? Instant.parse(parts[1]) : Instant.now();
    return new Numbered(
        number, createdAt, new LuceneGeneration(generationFolder(number), spaces, storage));
  }

  /**
   * A live generation that is damaged gives way to an empty one: the database has all passages with
   * their vectors, and the check at the start writes them again.
   */
  private Numbered openOrBegin(String line) throws IOException {
    try {
      return open(line);
    } catch (CorruptIndexException
        | IndexFormatTooOldException
        | NoSuchFileException
        | FileNotFoundException
        | EOFException e) {
      LOG.error(
          "The index generation {} is damaged; it is written again from the database",
          number(line),
          e);
      deleteFolder(generationFolder(number(line)));
      return open(number(line) + " " + Instant.now());
    }
  }

  private @Nullable Numbered openPrevious(String line) {
    try {
      return open(line);
    } catch (IOException e) {
      LOG.warn("The previous index generation is damaged and dropped", e);
      return null;
    }
  }

  /**
   * Makes a change in all generations. The live one's commit is waited for without the lock, so
   * that one commit serves several changes; others are there seldom.
   *
   * @param update makes it in one generation and tells what to commit; may be called again
   */
  private void change(ToLongFunction<LuceneGeneration> update) {
    LuceneGeneration changed;
    long sequence;
    synchronized (this) {
      sequence = onLive(update);
      changed = live.generation;
      alsoElsewhere(generation -> generation.commit(update.applyAsLong(generation)));
    }
    try {
      changed.commit(sequence);
    } catch (RuntimeException e) {
      commitAgain(changed, update, e);
    }
  }

  /**
   * After a failed commit, which closes an index, or one of a generation that is gone meanwhile.
   */
  private synchronized void commitAgain(
      LuceneGeneration changed, ToLongFunction<LuceneGeneration> update, RuntimeException failed) {
    if (live.generation == changed && changed.isOpen()) {
      throw failed;
    }
    long sequence = onLive(update);
    live.generation.commit(sequence);
  }

  /** Lucene closes an index whose disk was full; what it had committed is all there. */
  private long onLive(ToLongFunction<LuceneGeneration> update) {
    try {
      return update.applyAsLong(live.generation);
    } catch (RuntimeException e) {
      if (live.generation.isOpen()) {
        throw e;
      }
      reopenLive(e);
      return update.applyAsLong(live.generation);
    }
  }

  private void reopenLive(RuntimeException reason) {
    LOG.warn("The index was closed by a failed write and is opened again", reason);
    try {
      live.generation.close();
    } catch (RuntimeException e) {
      reason.addSuppressed(e);
    }
    try {
      live = open(live.line());
    } catch (IOException e) {
      reason.addSuppressed(e);
      throw reason;
    }
  }

  private static int number(String line) {
    return Integer.parseInt(line.strip().split(" ", 2)[0]);
  }

  @Override
  public void replace(UUID documentId, List<Chunk> chunks) {
    change(generation -> generation.update(documentId, chunks));
  }

  @Override
  public void delete(UUID documentId) {
    change(generation -> generation.remove(documentId));
  }

  /** A generation that misses a change is of no use any more, but takes nothing else with it. */
  private void alsoElsewhere(Consumer<LuceneGeneration> change) {
    Numbered building = next;
    if (building != null) {
      try {
        change.accept(building.generation);
      } catch (RuntimeException e) {
        LOG.warn("The new index generation is dropped: it missed a change", e);
        dropGeneration();
      }
    }
    Numbered old = previous;
    if (old != null) {
      try {
        change.accept(old.generation);
      } catch (RuntimeException e) {
        LOG.warn("The previous index generation is dropped: it missed a change", e);
        dropPrevious();
      }
    }
  }

  @Override
  public List<Hit> byWords(Query query, AccessScope scope) {
    return live.generation.byWords(query, scope);
  }

  @Override
  public List<Hit> byMeaning(String language, float[] vector, Query query, AccessScope scope) {
    return live.generation.byMeaning(language, vector, query, scope);
  }

  @Override
  public List<RetrievalTrace.TermMatch> matches(String question, Passage passage) {
    return live.generation.matches(question, passage);
  }

  @Override
  public double attainable(String question) {
    return live.generation.attainable(question);
  }

  @Override
  public List<Passage> passages(UUID documentId) {
    return live.generation.passages(documentId);
  }

  @Override
  public List<Passage> passages(UUID documentId, int first, int last) {
    return live.generation.passages(documentId, first, last);
  }

  @Override
  public Set<UUID> documents() {
    return contents().keySet();
  }

  @Override
  public Map<UUID, Map<Integer, Integer>> contents() {
    return live.generation.contents();
  }

  @Override
  public long passageCount() {
    return live.generation.passageCount();
  }

  @Override
  public synchronized void beginGeneration() {
    dropGeneration();
    Numbered old = previous;
    int number = 1 + Math.max(live.number, old == null ? 0 : old.number);
    try {
      deleteFolder(generationFolder(number));
      next = open(number + " " + Instant.now());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot begin a new index generation in " + folder, e);
    }
  }

  @Override
  public synchronized void replaceInNewGeneration(UUID documentId, List<Chunk> chunks) {
    building().generation.replace(documentId, chunks);
  }

  @Override
  public SearchArms newGeneration() {
    return building().generation;
  }

  private Numbered building() {
    Numbered building = next;
    if (building == null) {
      throw new IllegalStateException("no new index generation was begun, or it was dropped");
    }
    return building;
  }

  @Override
  public synchronized void switchGeneration() {
    Numbered building = building();
    Numbered before = live;
    Numbered oldest = previous;
    try {
      writeCurrent(building, before);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot switch to the new index generation", e);
    }
    live = building;
    previous = before;
    next = null;
    if (oldest != null) {
      remove(oldest);
    }
  }

  @Override
  public synchronized void dropGeneration() {
    Numbered building = next;
    next = null;
    if (building != null) {
      remove(building);
    }
  }

  @Override
  public synchronized void rollBack() {
    Numbered old = previous;
    if (old == null) {
      throw new IllegalStateException("There is no previous index generation to go back to");
    }
    Numbered before = live;
    try {
      writeCurrent(old, before);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot go back to the previous index generation", e);
    }
    live = old;
    previous = before;
  }

  @Override
  public synchronized void dropPrevious() {
    Numbered old = previous;
    if (old == null) {
      return;
    }
    try {
      writeCurrent(live, null);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot drop the previous index generation", e);
    }
    previous = null;
    remove(old);
  }

  @Override
  public synchronized List<Generation> generations() {
    List<Generation> all = new ArrayList<>();
    all.add(live.describe(Generation.State.LIVE));
    Numbered old = previous;
    if (old != null) {
      all.add(old.describe(Generation.State.PREVIOUS));
    }
    Numbered building = next;
    if (building != null) {
      all.add(building.describe(Generation.State.BUILDING));
    }
    return all;
  }

  @Override
  public @Nullable String otherSpaces() {
    return live.generation.otherSpaces();
  }

  @Override
  public boolean hasOlderAnalysis() {
    return live.generation.hasOlderAnalysis();
  }

  @Override
  public int generation() {
    return live.number;
  }

  @Override
  public synchronized void snapshot(Path target) throws IOException {
    LuceneGeneration.link(
        generationFolder(live.number), target.resolve("generation-" + live.number));
    Files.writeString(target.resolve("current"), live.line() + "\n");
  }

  /**
   * Does what {@link #snapshot} does for an index that nobody has open.
   *
   * @param folder of the index
   */
  public static void link(Path folder, Path target) throws IOException {
    Path current = folder.resolve("current");
    if (Files.exists(current)) {
      String line = Files.readAllLines(current).getFirst();
      String generation = "generation-" + number(line);
      LuceneGeneration.link(folder.resolve(generation), target.resolve(generation));
      Files.writeString(target.resolve("current"), line + "\n");
    }
  }

  @Override
  public synchronized void close() {
    dropGeneration();
    Numbered old = previous;
    if (old != null) {
      old.generation.close();
    }
    live.generation.close();
  }

  private Path generationFolder(int generation) {
    return folder.resolve("generation-" + generation);
  }

  private void writeCurrent(Numbered nowLive, @Nullable Numbered nowPrevious) throws IOException {
    Path part = folder.resolve("current.part");
    Files.writeString(
        part, nowLive.line() + "\n" + (nowPrevious == null ? "" : nowPrevious.line() + "\n"));
    Files.move(
        part,
        folder.resolve("current"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /** Closes a generation and removes its files; what is left of them goes at the next start. */
  private void remove(Numbered generation) {
    try {
      generation.generation.close();
      deleteFolder(generationFolder(generation.number));
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("The index generation {} was not removed well", generation.number, e);
    }
  }

  /** Removes what an interrupted switch left. */
  private void deleteOthers() throws IOException {
    List<Path> others = new ArrayList<>();
    Numbered old = previous;
    Path kept = old == null ? null : generationFolder(old.number);
    try (Stream<Path> paths = Files.list(folder)) {
      paths
          .filter(Files::isDirectory)
          .filter(path -> !path.equals(generationFolder(live.number)) && !path.equals(kept))
          .forEach(others::add);
    }
    for (Path other : others) {
      deleteFolder(other);
    }
  }

  private static void deleteFolder(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    List<Path> all;
    try (Stream<Path> paths = Files.walk(path)) {
      all = paths.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path each : all) {
      Files.delete(each);
    }
  }
}
