package org.harmonykb.answering;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.ToIntFunction;
import org.harmonykb.retrieval.Passage;
import org.jspecify.annotations.Nullable;

/**
 * Puts what was found into its surroundings: pieces of one section that stand side by side become
 * one passage, and each is widened to its section as far as there is room. Pieces of other sections
 * or pages are never joined, so a passage keeps its heading and its page.
 */
final class SectionContext {

  /** Tokens of a widened passage. */
  private static final int MOST_TOKENS = 600;

  /** Pieces on either side of one that are fetched with it. */
  private static final int AROUND = 8;

  private final Pieces index;
  private final ToIntFunction<String> tokens;
  private final Map<UUID, Map<Integer, Optional<Passage>>> fetched = new HashMap<>();
  private int room;

  /** Gives the pieces of a document by their ordinals, as {@code SearchIndex.passages} does. */
  interface Pieces {
    List<Passage> of(UUID documentId, int first, int last);
  }

  private SectionContext(Pieces index, ToIntFunction<String> tokens, int room) {
    this.index = index;
    this.tokens = tokens;
    this.room = room;
  }

  /** Pieces in a row, and the best of them, which was found. */
  private static final class Range {
    final Passage hit;
    final List<Passage> pieces = new ArrayList<>();

    Range(Passage hit) {
      this.hit = hit;
      pieces.add(hit);
    }

    int first() {
      return pieces.getFirst().ordinal();
    }

    int last() {
      return pieces.getLast().ordinal();
    }
  }

  /**
   * @param chosen the best first
   * @param tokenBudget what all passages may take together
   * @param index where the pieces beside them are
   * @return at most as many passages, the best first
   */
  static List<Passage> widen(
      List<Passage> chosen, int tokenBudget, ToIntFunction<String> tokens, Pieces index) {
    int used = chosen.stream().mapToInt(passage -> tokens.applyAsInt(passage.text()) + 30).sum();
    return new SectionContext(index, tokens, tokenBudget - used).widen(chosen);
  }

  private List<Passage> widen(List<Passage> chosen) {
    List<Range> ranges = new ArrayList<>();
    for (Passage passage : chosen) {
      ranges.add(new Range(passage));
    }
    for (int i = 0; i < ranges.size(); i++) {
      Range range = ranges.get(i);
      while (join(range, ranges) || grow(range, ranges)) {
        // as far as it goes
      }
    }
    return ranges.stream().map(range -> merge(range.hit, range.pieces)).toList();
  }

  /** Takes in a range that stands beside this one. */
  private boolean join(Range range, List<Range> ranges) {
    for (Range other : ranges) {
      boolean isBeside = other.first() == range.last() + 1 || other.last() == range.first() - 1;
      if (other != range && isBeside && isSameSection(other.hit, range.hit)) {
        range.pieces.addAll(other.pieces);
        range.pieces.sort(Comparator.comparingInt(Passage::ordinal));
        ranges.remove(other);
        return true;
      }
    }
    return false;
  }

  /** Takes in the next piece of the section, or else the one before. */
  private boolean grow(Range range, List<Range> ranges) {
    return take(range, range.last() + 1, ranges) || take(range, range.first() - 1, ranges);
  }

  private boolean take(Range range, int ordinal, List<Range> ranges) {
    if (ordinal < 0 || room <= 0 || isTaken(range, ordinal, ranges)) {
      return false;
    }
    Passage piece = piece(range.hit, ordinal);
    if (piece == null || !isSameSection(piece, range.hit)) {
      return false;
    }
    int size = tokens.applyAsInt(piece.text());
    int before = range.pieces.stream().mapToInt(p -> tokens.applyAsInt(p.text())).sum();
    if (size > room || before + size > MOST_TOKENS) {
      return false;
    }
    room -= size;
    range.pieces.add(piece);
    range.pieces.sort(Comparator.comparingInt(Passage::ordinal));
    return true;
  }

  private static boolean isTaken(Range range, int ordinal, List<Range> ranges) {
    return ranges.stream()
        .filter(other -> other.hit.documentId().equals(range.hit.documentId()))
        .anyMatch(other -> ordinal >= other.first() && ordinal <= other.last());
  }

  /** A piece, fetched with those around it: a document may have thousands. */
  private @Nullable Passage piece(Passage hit, int ordinal) {
    Map<Integer, Optional<Passage>> known =
        fetched.computeIfAbsent(hit.documentId(), _ -> new HashMap<>());
    if (!known.containsKey(ordinal)) {
      int first = Math.max(0, ordinal - AROUND);
      for (int i = first; i <= ordinal + AROUND; i++) {
        known.putIfAbsent(i, Optional.empty());
      }
      index
          .of(hit.documentId(), first, ordinal + AROUND)
          .forEach(piece -> known.put(piece.ordinal(), Optional.of(piece)));
    }
    return Objects.requireNonNull(known.get(ordinal))
        .filter(piece -> piece.revision() == hit.revision())
        .orElse(null);
  }

  private static boolean isSameSection(Passage a, Passage b) {
    return a.documentId().equals(b.documentId())
        && a.revision() == b.revision()
        && a.section().equals(b.section())
        && Objects.equals(a.page(), b.page());
  }

  /** One passage of some pieces in a row; what the search told is that of the hit. */
  private static Passage merge(Passage hit, List<Passage> pieces) {
    return pieces.size() == 1 ? hit : hit.withPieces(pieces);
  }

  /**
   * A passage by its id, of one piece or several.
   *
   * @param id as passages of the document have it, with the ordinal of its first piece and, after
   *     widening, of its last
   * @return null if it is not there
   */
  static @Nullable Passage find(String id, UUID document, Pieces index) {
    String[] ordinals = id.substring(id.lastIndexOf(':') + 1).split("-", 2);
    int from = Integer.parseInt(ordinals[0]);
    int to = Integer.parseInt(ordinals[ordinals.length - 1]);
    List<Passage> pieces = index.of(document, from, to);
    if (pieces.size() != to - from + 1) {
      return null;
    }
    Passage first = pieces.getFirst();
    Passage found = pieces.size() == 1 ? first : first.withPieces(pieces);
    return found.id().equals(id) ? found : null;
  }
}
