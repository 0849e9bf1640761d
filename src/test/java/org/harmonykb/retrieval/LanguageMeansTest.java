package org.harmonykb.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class LanguageMeansTest {

  @Test
  void takesOffTheMeanOfLanguageAndKind() {
    LanguageMeans means = LanguageMeans.of(file(1, 2, 3, 4, 5, 6, 7, 8));
    float[] vector = {10, 10};
    assertThat(means.subtract("en", false, vector)).containsExactly(9, 8);
    assertThat(means.subtract("en", true, vector)).containsExactly(7, 6);
    assertThat(means.subtract("zh", false, vector)).containsExactly(5, 4);
    assertThat(means.subtract("zh", true, vector)).containsExactly(3, 2);
    assertThat(vector).containsExactly(10, 10);
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertThatThrownBy(() -> LanguageMeans.of(new byte[10])).hasMessageContaining("means.f32");
    LanguageMeans means = LanguageMeans.of(file(1, 2, 3, 4));
    assertThatThrownBy(() -> means.subtract("en", true, new float[2]))
        .hasMessageContaining("means.f32");
  }

  private static byte[] file(float... values) {
    ByteBuffer file = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    file.asFloatBuffer().put(values);
    return file.array();
  }
}
