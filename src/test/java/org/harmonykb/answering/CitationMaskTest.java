package org.harmonykb.answering;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.harmonykb.Fixtures;
import org.harmonykb.engine.Tokenizer;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.tokenizer.BpeTokenizer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Whatever a model prefers, a bracket holds the number of a passage that was shown. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class CitationMaskTest {

  private static final Pattern BRACKET = Pattern.compile("\\[+([^\\[\\]]*)(.?)", Pattern.DOTALL);
  private static final int LENGTH = 60;

  private Tokenizer tokenizer;
  private CitationMask mask;
  private boolean[] hasBracket;

  @BeforeAll
  void load() {
    try (ModelFile file = ModelFile.open(Fixtures.smolLm2())) {
      tokenizer = BpeTokenizer.from(file.metadata());
    }
    mask = new CitationMask(tokenizer);
    hasBracket = new boolean[tokenizer.vocabularySize()];
    for (int id = 0; id < hasBracket.length; id++) {
      hasBracket[id] = !tokenizer.isSpecial(id) && piece(id).contains("[");
    }
  }

  @Test
  void onlyNumbersOfPassagesFollowABracketWhateverTheLogits() {
    Random random = new Random(7);
    int brackets = 0;
    for (int round = 0; round < 30; round++) {
      int passages = 1 + random.nextInt(9);
      String text = write(random, passages);
      Matcher found = BRACKET.matcher(text);
      while (found.find()) {
        if (found.end() == text.length() && found.group(2).isEmpty()) {
          continue; // the text ended inside the bracket
        }
        assertThat(found.group(2)).as(text).isEqualTo("]");
        assertThat(Integer.parseInt(found.group(1))).as(text).isBetween(1, passages);
        brackets++;
      }
    }
    assertThat(brackets).as("the random model likes brackets").isGreaterThan(100);
  }

  @Test
  void tokensWithoutABracketKeepTheirLogits() {
    float[] logits = new float[tokenizer.vocabularySize()];
    mask.forPassages(Set.of(1, 2, 3)).apply(tokenizer.encode("The limit"), 2, logits);
    int word = tokenizer.encode(" is")[0];
    assertThat(logits[word]).isZero();
    assertThat(logits[tokenizer.encode("[")[0]]).isZero();
  }

  /** Greedy choice among random logits in which tokens with brackets do well. */
  private String write(Random random, int passages) {
    int[] generated = new int[LENGTH];
    StringBuilder text = new StringBuilder();
    for (int length = 0; length < LENGTH; length++) {
      float[] logits = new float[tokenizer.vocabularySize()];
      for (int id = 0; id < logits.length; id++) {
        logits[id] = random.nextFloat() + (hasBracket[id] ? 0.5f : 0);
      }
      mask.forPassages(IntStream.rangeClosed(1, passages).boxed().collect(Collectors.toSet()))
          .apply(generated, length, logits);
      int best = 0;
      for (int id = 1; id < logits.length; id++) {
        best = logits[id] > logits[best] ? id : best;
      }
      assertThat(logits[best]).isGreaterThan(Float.NEGATIVE_INFINITY);
      generated[length] = best;
      text.append(tokenizer.isSpecial(best) ? "" : piece(best));
    }
    return text.toString();
  }

  private String piece(int id) {
    return new String(tokenizer.bytes(id), StandardCharsets.UTF_8);
  }
}
