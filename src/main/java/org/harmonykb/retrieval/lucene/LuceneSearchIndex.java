package org.harmonykb.retrieval.lucene;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.harmonykb.retrieval.AccessScope;
import org.harmonykb.retrieval.Chunk;
import org.harmonykb.retrieval.Passage;
import org.harmonykb.retrieval.Query;
import org.harmonykb.retrieval.RetrievalTrace;
import org.harmonykb.retrieval.SearchIndex;
import org.jspecify.annotations.Nullable;

/**
 * A folder of index generations, of which one is live. The live number stands in the file {@code
 * current}, which is replaced atomically: a new generation that fails leaves the old one untouched.
 */
public final class LuceneSearchIndex implements SearchIndex, AutoCloseable {

  private final Path folder;
  private volatile LuceneGeneration live;
  private volatile @Nullable LuceneGeneration next;
  private volatile int number;

  /**
   * Opens the live generation, or creates the first.
   *
   * @param folder belongs to this index alone
   */
  public LuceneSearchIndex(Path folder) {
    this.folder = folder;
    try {
      Files.createDirectories(folder);
      Path current = folder.resolve("current");
      number = Files.exists(current) ? Integer.parseInt(Files.readString(current).strip()) : 1;
      live = new LuceneGeneration(generationFolder(number));
      writeCurrent();
      deleteOthers();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open the index in " + folder, e);
    }
  }

  @Override
  public synchronized void replace(UUID documentId, List<Chunk> chunks) {
    live.replace(documentId, chunks);
    LuceneGeneration building = next;
    if (building != null) {
      building.replace(documentId, chunks);
    }
  }

  @Override
  public synchronized void delete(UUID documentId) {
    live.delete(documentId);
    LuceneGeneration building = next;
    if (building != null) {
      building.delete(documentId);
    }
  }

  @Override
  public List<Hit> byWords(Query query, AccessScope scope) {
    return live.byWords(query, scope);
  }

  @Override
  public List<Hit> byMeaning(String language, float[] vector, Query query, AccessScope scope) {
    return live.byMeaning(language, vector, query, scope);
  }

  @Override
  public List<RetrievalTrace.TermMatch> matches(String question, Passage passage) {
    return live.matches(question, passage);
  }

  @Override
  public List<Passage> passages(UUID documentId) {
    return live.passages(documentId);
  }

  @Override
  public Set<UUID> documents() {
    return live.documents();
  }

  @Override
  public long passageCount() {
    return live.passageCount();
  }

  @Override
  public synchronized void beginGeneration() {
    dropGeneration();
    try {
      deleteFolder(generationFolder(number + 1));
      next = new LuceneGeneration(generationFolder(number + 1));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot begin a new index generation in " + folder, e);
    }
  }

  @Override
  public synchronized void replaceInNewGeneration(UUID documentId, List<Chunk> chunks) {
    LuceneGeneration building = next;
    if (building == null) {
      throw new IllegalStateException("no new index generation was begun");
    }
    building.replace(documentId, chunks);
  }

  @Override
  public synchronized void switchGeneration() {
    LuceneGeneration building = next;
    if (building == null) {
      throw new IllegalStateException("no new index generation was begun");
    }
    LuceneGeneration old = live;
    number++;
    try {
      writeCurrent();
    } catch (IOException e) {
      number--;
      throw new UncheckedIOException("cannot switch to the new index generation", e);
    }
    live = building;
    next = null;
    old.close();
  }

  @Override
  public synchronized void dropGeneration() {
    LuceneGeneration building = next;
    next = null;
    if (building != null) {
      building.close();
    }
  }

  @Override
  public int generation() {
    return number;
  }

  @Override
  public synchronized void close() {
    dropGeneration();
    live.close();
  }

  private Path generationFolder(int generation) {
    return folder.resolve("generation-" + generation);
  }

  private void writeCurrent() throws IOException {
    Path part = folder.resolve("current.part");
    Files.writeString(part, Integer.toString(number));
    Files.move(
        part,
        folder.resolve("current"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /** Removes what an interrupted switch left, and the generations before the last. */
  private void deleteOthers() throws IOException {
    List<Path> others = new ArrayList<>();
    try (Stream<Path> paths = Files.list(folder)) {
      paths
          .filter(Files::isDirectory)
          .filter(path -> !path.equals(generationFolder(number)))
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
