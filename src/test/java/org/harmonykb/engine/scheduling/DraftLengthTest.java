package org.harmonykb.engine.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How much is drafted follows from what came true and what steps take. */
class DraftLengthTest {

  private final int[] circle = {1, 2, 3, 1, 2, 3, 1, 2, 3};
  private final Experience experience = new Experience();
  private final StepTimes times = experience.times();
  private final Speculation speculation = new Speculation(experience);

  @Test
  void draftsGrowWhileTheyComeTrue() {
    times.record(1, 100);
    times.record(9, 260); // 20 for each token
    int first = draft();
    for (int i = 0; i < 5; i++) {
      int drafted = draft();
      speculation.verified(drafted, drafted);
    }
    assertThat(first).isBetween(1, 4);
    assertThat(draft()).isEqualTo(8);
  }

  @Test
  void draftsStopWhenTheyFailAndAreTriedNowAndThen() {
    times.record(1, 100);
    times.record(9, 260);
    for (int i = 0; i < 10; i++) {
      int drafted = draft();
      speculation.verified(drafted, 0);
      if (drafted == 0) {
        break;
      }
    }
    int tried = 0;
    for (int i = 0; i < 320; i++) {
      int drafted = draft();
      if (drafted > 0) {
        assertThat(drafted).isEqualTo(1 + tried % 3);
        tried++;
        speculation.verified(drafted, 0);
      }
    }
    assertThat(tried).isBetween(8, 11);
  }

  @Test
  void draftsThatCostAsMuchAsStepsAreNotMade() {
    for (int n = 1; n < 10; n++) {
      times.record(n, 100 * n);
    }
    assertThat(draft()).isZero();
  }

  @Test
  void answerBeginsWithWhatOthersHaveLearnt() {
    times.record(1, 100);
    times.record(9, 260);
    int first = draft();
    for (int i = 0; i < 40; i++) {
      speculation.verified(8, 8);
    }
    Speculation next = new Speculation(experience);
    assertThat(next.draft(circle, circle.length, 8, new StepLoad(1, 1))).hasSizeGreaterThan(first);
  }

  @Test
  void draftsPayMoreBesideAPrompt() {
    for (int n = 1; n < 10; n++) {
      times.record(n, 100 * n);
    }
    times.record(65, 6500);
    times.record(73, 7300);
    StepLoad load = new StepLoad(65, 1);
    assertThat(speculation.draft(circle, circle.length, 8, load)).hasSize(5);
    assertThat(load.tokens()).isEqualTo(70);
  }

  @Test
  void unknownTimesLieBetweenThoseOfTheirNeighbours() {
    assertThat(times.estimate(5)).as("guessed to be little").isLessThan(2 * times.estimate(1));
    times.record(4, 400);
    assertThat(times.estimate(1)).isLessThan(400);
    assertThat(times.estimate(9)).isBetween(400.0, 800.0);
    times.record(8, 800);
    assertThat(times.estimate(5)).isEqualTo(500);
    times.record(8, 400);
    times.record(4, 1400);
    assertThat(times.estimate(8)).as("faster is believed").isEqualTo(600);
    assertThat(times.estimate(4)).as("slower must be shown").isEqualTo(500);
  }

  private int draft() {
    return speculation.draft(circle, circle.length, 8, new StepLoad(1, 1)).length;
  }
}
