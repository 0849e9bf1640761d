package org.harmonykb.engine.sampling;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A set of code points as sorted ranges that do not touch. Immutable. */
record CodePointSet(List<Range> all) {

  private static final int LAST = 0x10ffff;

  static final CodePointSet NONE = new CodePointSet(List.of());
  static final CodePointSet DIGITS = of('0', '9');
  static final CodePointSet WORD = DIGITS.with('a', 'z').with('A', 'Z').with('_', '_');
  static final CodePointSet SPACE =
      of('\t', '\r').with(' ', ' ').with(0xa0, 0xa0).with(0x2028, 0x2029).with(0xfeff, 0xfeff);

  record Range(int first, int last) {}

  static CodePointSet of(int first, int last) {
    return new CodePointSet(List.of(new Range(first, last)));
  }

  CodePointSet with(int first, int last) {
    List<Range> sorted = new ArrayList<>(all);
    sorted.add(new Range(first, last));
    sorted.sort(Comparator.comparingInt(Range::first));
    List<Range> merged = new ArrayList<>();
    for (Range range : sorted) {
      if (!merged.isEmpty() && range.first <= merged.getLast().last + 1) {
        Range before = merged.removeLast();
        merged.add(new Range(before.first, Math.max(before.last, range.last)));
      } else {
        merged.add(range);
      }
    }
    return new CodePointSet(merged);
  }

  CodePointSet with(CodePointSet other) {
    CodePointSet set = this;
    for (Range range : other.all) {
      set = set.with(range.first, range.last);
    }
    return set;
  }

  CodePointSet complement() {
    List<Range> gaps = new ArrayList<>();
    int from = 0;
    for (Range range : all) {
      if (range.first > from) {
        gaps.add(new Range(from, range.first - 1));
      }
      from = range.last + 1;
    }
    if (from <= LAST) {
      gaps.add(new Range(from, LAST));
    }
    return new CodePointSet(gaps);
  }

  boolean isSingle() {
    return all.size() == 1 && all.getFirst().first == all.getFirst().last;
  }

  int first() {
    return all.getFirst().first;
  }

  int[] ranges() {
    return all.stream().flatMapToInt(r -> java.util.stream.IntStream.of(r.first, r.last)).toArray();
  }

  /** Bytes that the cheapest code point takes in a JSON string. */
  static int bytesInJson(int[] ranges) {
    int best = 6;
    for (int i = 0; i < ranges.length; i += 2) {
      int first = ranges[i];
      int last = ranges[i + 1];
      if (holdsPlain(first, last)) {
        best = Math.min(best, 1);
      } else if (first < 0x80
          && "\"\\\b\f\n\r\t".codePoints().anyMatch(c -> c >= first && c <= last)) {
        best = Math.min(best, 2);
      } else if (last >= 0x80) {
        int bytes = Math.max(first, 0x80) < 0x800 ? 2 : first < 0x10000 ? 3 : 4;
        best = Math.min(best, bytes);
      }
    }
    return best;
  }

  private static boolean holdsPlain(int first, int last) {
    for (int c = Math.max(first, 0x20); c <= Math.min(last, 0x7f); c++) {
      if (c != '"' && c != '\\') {
        return true;
      }
    }
    return false;
  }
}
