package org.harmonykb.retrieval;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The index as the service sees it. Thread-safe. Each change is durable and visible to searches
 * when its call returns.
 */
public interface SearchIndex extends SearchArms {

  /** A passage and its score in one arm. */
  record Hit(Passage passage, double score) {}

  /** A generation that is kept. */
  record Generation(int number, State state, Instant createdAt, long passages) {

    public enum State {
      LIVE,
      /** Was live before, kept up to date for a rollback. */
      PREVIOUS,
      BUILDING
    }
  }

  /** Replaces all passages of a document, of whichever revisions they are. */
  void replace(UUID documentId, List<Chunk> chunks);

  void delete(UUID documentId);

  /** The passages of a document's latest indexed revision, in order. */
  List<Passage> passages(UUID documentId);

  /**
   * Some of the passages of a document's latest indexed revision, in order: those that are there of
   * a range of ordinals. Costs what the range holds, not what the document does.
   *
   * @param first ordinal, from 0
   * @param last ordinal, included
   */
  List<Passage> passages(UUID documentId, int first, int last);

  /** All documents that have passages. */
  Set<UUID> documents();

  /** For each document the number of passages of each of its revisions. */
  Map<UUID, Map<Integer, Integer>> contents();

  long passageCount();

  /**
   * Begins to write everything anew beside the live index; changes go to both until {@link
   * #switchGeneration} or {@link #dropGeneration}.
   */
  void beginGeneration();

  /** Writes a document into the new generation only. */
  void replaceInNewGeneration(UUID documentId, List<Chunk> chunks);

  /**
   * The new generation, to search in it before it is live.
   *
   * @throws IllegalStateException if none was begun or it was dropped
   */
  SearchArms newGeneration();

  /** Makes the new generation the live one and keeps the one before for {@link #rollBack}. */
  void switchGeneration();

  /** Gives the new generation up; the live one was never touched. */
  void dropGeneration();

  /**
   * Makes the previous generation the live one again, and the other way round. Both hold the same
   * documents, since all changes go to both.
   *
   * @throws IllegalStateException if there is none
   */
  void rollBack();

  /** Removes the previous generation, if there is one. */
  void dropPrevious();

  /** What is kept, the live one first. */
  List<Generation> generations();

  /**
   * The vector spaces that the live generation was begun with, if they are not those of the models
   * in use; its passages are then found by words only, until a new generation is live. Null when
   * all is well.
   */
  @Nullable String otherSpaces();

  /**
   * Whether the live generation was begun by a version that cut words otherwise. It answers, but
   * scores of older and newer passages differ until a new generation is live.
   */
  default boolean hasOlderAnalysis() {
    return false;
  }

  /** Number of the live generation. */
  int generation();

  /**
   * Puts a copy of the live generation, as it is now, into an empty folder from which an index can
   * be opened. Takes no time and no space where the file system has hard links.
   */
  void snapshot(Path folder) throws IOException;
}
