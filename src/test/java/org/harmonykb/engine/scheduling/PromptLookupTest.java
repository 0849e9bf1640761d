package org.harmonykb.engine.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PromptLookupTest {

  @Test
  void nothingIsGuessedWithoutRepetition() {
    assertThat(draft(8, 1, 2, 3, 4, 5)).isEmpty();
    assertThat(draft(8)).isEmpty();
    assertThat(draft(8, 7, 7)).as("one token is no run").isEmpty();
  }

  @Test
  void runOfThreeGoesOnAsBefore() {
    assertThat(draft(4, 1, 2, 3, 4, 5, 6, 7, 9, 1, 2, 3)).containsExactly(4, 5, 6, 7);
  }

  @Test
  void runOfThreeCountsMoreThanALaterRunOfTwo() {
    assertThat(draft(2, 1, 2, 3, 4, 5, 8, 2, 3, 6, 6, 1, 2, 3)).containsExactly(4, 5);
  }

  @Test
  void runOfTwoIsTakenWhereThereIsNoneOfThree() {
    assertThat(draft(2, 1, 2, 3, 4, 8, 2, 3)).containsExactly(4, 8);
  }

  @Test
  void lastOfSeveralPlacesIsTaken() {
    assertThat(draft(1, 1, 2, 3, 4, 1, 2, 3, 5, 1, 2, 3)).containsExactly(5);
  }

  @Test
  void circleGoesOn() {
    assertThat(draft(7, 1, 2, 1, 2, 1)).containsExactly(2, 1, 2, 1, 2, 1, 2);
    assertThat(draft(3, 4, 4, 4)).containsExactly(4, 4, 4);
  }

  @Test
  void noRoomMeansNoDraft() {
    assertThat(draft(0, 1, 2, 1, 2, 1)).isEmpty();
  }

  @Test
  void growingIndexFindsWhatASearchFinds() {
    Random random = new Random(11);
    int[] tokens = random.ints(5000, 0, 40).toArray();
    PromptLookup lookup = new PromptLookup();
    for (int count = 0; count < tokens.length; count += 1 + random.nextInt(9)) {
      int from = search(tokens, count, 3);
      if (from < 0) {
        from = search(tokens, count, 2);
      }
      int[] draft = lookup.draft(tokens, count, 1);
      assertThat(draft).isEqualTo(from < 0 ? new int[0] : new int[] {tokens[from]});
    }
  }

  private static int search(int[] tokens, int count, int n) {
    for (int at = count - 1; at >= n; at--) {
      if (Arrays.equals(tokens, at - n, at, tokens, count - n, count)) {
        return at;
      }
    }
    return -1;
  }

  private static int[] draft(int limit, int... tokens) {
    return new PromptLookup().draft(tokens, tokens.length, limit);
  }
}
