package org.harmonykb.answering;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What became of an answer that was made again.
 *
 * @param identical whether the same tokens came; false if something changed since
 * @param changed what differs from then; if there is something, nothing was written again
 * @param answer what was written now, or null if nothing was
 * @param tokens how many tokens were compared; 0 for quotes, refusals and what servers wrote, whose
 *     text was compared
 * @param indexGeneration then and now; the passages are what counts
 * @param backEnd the server that wrote then, and the one that wrote now; null if neither did
 */
public record Replay(
    UUID answerId,
    boolean identical,
    List<Change> changed,
    @Nullable String answer,
    int tokens,
    Generations indexGeneration,
    @Nullable BackEnds backEnd) {

  /**
   * @param what such as {@code model} or {@code passage …}
   */
  public record Change(String what, String was, String now) {}

  public record Generations(int was, int now) {}

  public record BackEnds(@Nullable String was, @Nullable String now) {

    static @Nullable BackEnds of(Trail.@Nullable Written was, Trail.@Nullable Written now) {
      String then = was == null ? null : was.backEnd();
      String again = now == null ? null : now.backEnd();
      return then == null && again == null ? null : new BackEnds(then, again);
    }
  }

  /** A document that the answer was made from is gone, and what was kept of the answer with it. */
  static Replay removed(UUID answerId, int generation) {
    return new Replay(
        answerId,
        false,
        List.of(new Change("documents", "there", "removed, and what the answer was made from too")),
        null,
        0,
        new Generations(generation, generation),
        null);
  }

  static Replay changed(UUID answerId, Trail then, int generation, List<Change> changes) {
    return new Replay(
        answerId,
        false,
        List.copyOf(changes),
        null,
        0,
        new Generations(then.generation(), generation),
        BackEnds.of(then.generated(), null));
  }

  static Replay compared(UUID answerId, Trail then, int generation, Answerer.Outcome again) {
    String text = again.answer().answer();
    Trail.Written was = then.generated();
    Trail.Written now = again.generated();
    boolean sameTokens =
        was == null ? now == null : now != null && was.tokens().equals(now.tokens());
    boolean sameText = Hashes.of(text).equals(then.answerHash());
    List<Change> changes = new ArrayList<>();
    if (was != null && now != null && !was.promptHash().equals(now.promptHash())) {
      changes.add(
          new Change("prompt", was.promptTokens() + " tokens", now.promptTokens() + " tokens"));
    }
    if (!sameTokens || !sameText) {
      changes.add(new Change("answer", then.answerHash(), Hashes.of(text)));
    }
    return new Replay(
        answerId,
        changes.isEmpty(),
        changes,
        text,
        was == null ? 0 : was.tokens().size(),
        new Generations(then.generation(), generation),
        BackEnds.of(was, now));
  }
}
