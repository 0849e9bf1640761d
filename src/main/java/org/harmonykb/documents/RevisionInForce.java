package org.harmonykb.documents;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A revision that answers today or will later, and from when to when.
 *
 * @param from first day, or null for any
 * @param to last day, or null for any
 */
public record RevisionInForce(
    DocumentRevision revision, @Nullable LocalDate from, @Nullable LocalDate to) {

  /**
   * The latest revision that could be read, and those before it that count until it comes into
   * force.
   */
  public static List<RevisionInForce> of(List<DocumentRevision> revisions, LocalDate today) {
    List<RevisionInForce> inForce = new ArrayList<>();
    LocalDate successor = null;
    for (DocumentRevision revision : newestReadableFirst(revisions)) {
      boolean isOver = !inForce.isEmpty() && (successor == null || !successor.isAfter(today));
      if (isOver) {
        break;
      }
      LocalDate to = revision.effectiveTo();
      if (successor != null && (to == null || !to.isBefore(successor))) {
        to = successor.minusDays(1);
      }
      if (to == null
          || revision.effectiveFrom() == null
          || !to.isBefore(revision.effectiveFrom())) {
        inForce.add(new RevisionInForce(revision, revision.effectiveFrom(), to));
        successor = revision.effectiveFrom();
      }
    }
    return inForce;
  }

  private static List<DocumentRevision> newestReadableFirst(List<DocumentRevision> revisions) {
    return revisions.stream()
        .filter(revision -> revision.passages() > 0)
        .sorted(Comparator.comparingInt(DocumentRevision::revision).reversed())
        .toList();
  }
}
