package org.harmonykb.answering;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.harmonykb.Fixtures;
import org.harmonykb.engine.Tokenizer;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.tokenizer.BpeTokenizer;
import org.junit.jupiter.api.Test;

/** Whatever the model prefers, only whole sentences of the evidence are written. */
class CopyMaskTest {

  private static final List<String> SENTENCES =
      List.of(
          "The limit is 130 euros in Germany.",
          "The limit is 165 euros abroad.",
          "The limit",
          "全勤奖为每月200元。");

  @Test
  void anyChoiceOfTheModelIsACopy() throws IOException {
    Tokenizer tokenizer;
    try (ModelFile file = ModelFile.open(Fixtures.smolLm2())) {
      tokenizer = BpeTokenizer.from(file.metadata());
    }
    int stop = tokenizer.eosToken().orElseThrow();
    List<Evidence.Sentence> evidence = new ArrayList<>();
    for (String text : SENTENCES) {
      evidence.add(
          new Evidence.Sentence(
              1, evidence.size(), new Sentences.Piece(text, 0, text.length()), new double[10], 0));
    }
    CopyMask mask = new CopyMask(evidence, tokenizer, Set.of(stop), 2);
    Random random = new Random(5);
    for (int run = 0; run < 50; run++) {
      int[] written = new int[200];
      int count = 0;
      while (count < written.length) {
        float[] logits = new float[tokenizer.vocabularySize()];
        for (int i = 0; i < logits.length; i++) {
          logits[i] = random.nextFloat();
        }
        mask.apply(written, count, logits);
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
          best = logits[i] > logits[best] ? i : best;
        }
        if (best == stop) {
          break;
        }
        written[count++] = best;
      }
      String text = tokenizer.decode(Arrays.copyOf(written, count));
      assertThat(possible()).as(text).contains(text);
    }
  }

  /** One sentence, or two different ones. */
  private static List<String> possible() {
    List<String> texts = new ArrayList<>(SENTENCES);
    for (String a : SENTENCES) {
      for (String b : SENTENCES) {
        if (!a.equals(b)) {
          texts.add(a + " " + b);
        }
      }
    }
    return texts;
  }
}
