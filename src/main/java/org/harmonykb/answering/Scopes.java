package org.harmonykb.answering;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.harmonykb.retrieval.Passage;

/**
 * For whom or where documents say that they apply, by document: a rule on page five holds for the
 * site that page one names.
 *
 * @param byDocument as it is written; documents that say nothing are missing
 */
record Scopes(Map<UUID, String> byDocument) {

  static final Scopes NONE = new Scopes(Map.of());

  /** A head is no longer than this. */
  private static final int HEAD_CHARS = 800;

  private static final Pattern CLAUSE =
      Pattern.compile(
          "(?im)\\b(?:appl(?:y|ies|icable)|valid|binding|in force)\\s+(?:only\\s+)?(?:to|for|in|at)\\s+([^.;|\\n]{2,120})"
              + "|\\b(?:scope|sites?|locations?|offices?|country|countries|plants?|campus|branch(?:es)?)\\s*[:：|]\\s*([^.;|\\n]{2,80})"
              + "|\\bfor (?:all )?(?:employees|staff|workers|colleagues|members|students|patients|customers) (?:in|at|of) ([^.;|\\n]{2,80})"
              + "|[适適]用(?:范围|範圍|于|於|对象|對象|地区|地區|地点|地點|单位|單位)?(?:为|為|是)?\\s*[:：|]?\\s*([^。；;|\\n]{2,60})"
              + "|(?:所在地|办公地点|地点|厂区|校区|院区|分公司)\\s*[:：|]\\s*([^。；;|\\n]{2,40})");

  /** Where a rule does not apply. */
  private static final Pattern EXCEPT =
      Pattern.compile("(?i)\\b(?:except|excluding|but not|other than)\\b.*|除.*");

  Scopes {
    byDocument = Map.copyOf(byDocument);
  }

  String of(Passage passage) {
    return byDocument.getOrDefault(passage.documentId(), "");
  }

  /**
   * Of the documents of some passages.
   *
   * @param head the first passages of a document
   */
  static Scopes of(List<Passage> passages, Function<UUID, List<Passage>> head) {
    Map<UUID, String> scopes = new HashMap<>();
    passages.stream()
        .map(Passage::documentId)
        .distinct()
        .forEach(
            document -> {
              String scope = clauses(head.apply(document));
              if (!scope.isEmpty()) {
                scopes.put(document, scope);
              }
            });
    return new Scopes(scopes);
  }

  /** What the first passages of a document say about where it applies; empty if nothing. */
  static String clauses(List<Passage> head) {
    StringBuilder text = new StringBuilder();
    head.forEach(passage -> text.append(passage.text()).append('\n'));
    Matcher clause = CLAUSE.matcher(text.substring(0, Math.min(HEAD_CHARS, text.length())));
    StringBuilder scope = new StringBuilder();
    while (clause.find()) {
      for (int i = 1; i <= clause.groupCount(); i++) {
        if (clause.group(i) != null) {
          scope
              .append(scope.isEmpty() ? "" : " ; ")
              .append(EXCEPT.matcher(clause.group(i)).replaceAll("").strip());
        }
      }
    }
    return scope.toString();
  }
}
