package org.harmonykb.ingestion;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.harmonykb.retrieval.AccessScope;
import org.harmonykb.retrieval.Passage;
import org.harmonykb.retrieval.Query;
import org.harmonykb.retrieval.Retriever;
import org.jspecify.annotations.Nullable;

/**
 * How far two index generations agree on questions that were asked. Passages are the same where
 * their documents and texts are.
 *
 * @param questions how many were compared
 * @param sameFirst share of questions whose first passage is the same; null without questions
 * @param overlap mean share of the live generation's ten best passages that the new one has among
 *     its ten; null without questions
 * @param furthestApart the questions that differ most
 */
record GenerationComparison(
    int questions,
    @Nullable Double sameFirst,
    @Nullable Double overlap,
    List<Difference> furthestApart) {

  private static final int DEPTH = 10;
  private static final int SHOWN = 10;

  record Difference(String question, double overlap) {}

  static GenerationComparison of(List<String> questions, Retriever live, Retriever next) {
    List<Difference> all = new ArrayList<>();
    int sameFirst = 0;
    for (String question : questions) {
      List<String> before = passages(live, question);
      List<String> after = passages(next, question);
      boolean isSame =
          before.isEmpty() || after.isEmpty()
              ? before.isEmpty() == after.isEmpty()
              : before.getFirst().equals(after.getFirst());
      sameFirst += isSame ? 1 : 0;
      long common = before.stream().filter(after::contains).count();
      all.add(new Difference(question, before.isEmpty() ? 1 : (double) common / before.size()));
    }
    if (all.isEmpty()) {
      return new GenerationComparison(0, null, null, List.of());
    }
    return new GenerationComparison(
        all.size(),
        (double) sameFirst / all.size(),
        all.stream().mapToDouble(Difference::overlap).average().orElseThrow(),
        all.stream()
            .filter(difference -> difference.overlap < 1)
            .sorted(Comparator.comparingDouble(Difference::overlap))
            .limit(SHOWN)
            .toList());
  }

  private static List<String> passages(Retriever retriever, String question) {
    return retriever
        .search(new Query(question, Query.Filters.NONE, DEPTH), AccessScope.EVERYTHING)
        .stream()
        .map(GenerationComparison::key)
        .toList();
  }

  private static String key(Passage passage) {
    return passage.documentId() + "\n" + passage.text();
  }
}
