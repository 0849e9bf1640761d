package org.harmonykb.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which revisions answer today and later. */
class RevisionInForceTest {

  private static final LocalDate TODAY = LocalDate.of(2026, 6, 15);

  private static final UUID ID = UUID.randomUUID();

  @Test
  void newestAloneWhereItHasNoDay() {
    assertThat(days(revision(1, 5, null, null), revision(2, 5, null, null)))
        .containsExactly("2 null null");
  }

  @Test
  void olderOneUntilTheDayBeforeTheNewest() {
    LocalDate later = TODAY.plusDays(10);
    assertThat(days(revision(1, 5, null, null), revision(2, 5, later, null)))
        .containsExactly("2 " + later + " null", "1 null " + later.minusDays(1));
  }

  @Test
  void chainOfLaterOnes() {
    LocalDate later = TODAY.plusDays(10);
    LocalDate last = TODAY.plusDays(20);
    assertThat(
            days(
                revision(1, 5, null, null),
                revision(2, 5, TODAY.minusDays(3), null),
                revision(3, 5, later, null),
                revision(4, 5, last, null)))
        .containsExactly(
            "4 " + last + " null",
            "3 " + later + " " + last.minusDays(1),
            "2 " + TODAY.minusDays(3) + " " + later.minusDays(1));
  }

  @Test
  void ownEndHolds() {
    LocalDate later = TODAY.plusDays(10);
    LocalDate end = TODAY.plusDays(2);
    assertThat(days(revision(1, 5, null, end), revision(2, 5, later, null)))
        .containsExactly("2 " + later + " null", "1 null " + end);
  }

  @Test
  void unreadRevisionsDoNotCount() {
    assertThat(days(revision(1, 5, null, null), revision(2, 0, null, null)))
        .containsExactly("1 null null");
    assertThat(days(revision(1, 0, null, null))).isEmpty();
  }

  private static List<String> days(DocumentRevision... revisions) {
    return RevisionInForce.of(List.of(revisions), TODAY).stream()
        .map(r -> r.revision().revision() + " " + r.from() + " " + r.to())
        .toList();
  }

  private static DocumentRevision revision(
      int number, int passages, @Nullable LocalDate from, @Nullable LocalDate to) {
    return new DocumentRevision(
        ID, number, "", "a.md", "text/markdown", 1, "x", "A", from, to, passages, Instant.EPOCH);
  }
}
