package org.harmonykb.retrieval;

import java.util.Set;

/**
 * What is looked for.
 *
 * @param text the question, self-contained
 * @param collections only passages of these; empty means all
 * @param limit most passages to return
 */
public record Query(String text, Set<String> collections, int limit) {

  public Query {
    collections = Set.copyOf(collections);
    if (text.isBlank() || limit < 1) {
      throw new IllegalArgumentException("a query needs text and a limit of at least 1");
    }
  }
}
