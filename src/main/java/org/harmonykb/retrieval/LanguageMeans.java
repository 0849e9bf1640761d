package org.harmonykb.retrieval;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What the vectors of a language have in common. A multilingual model puts texts of one language
 * close together whatever they say, so that a question finds passages of its own language first;
 * without the common part it finds those that mean the same. The same part is left out of all
 * vectors of a language and kind, hence their order among themselves hardly changes.
 */
final class LanguageMeans {

  private static final int KINDS = 4;

  /** Of English passages, English questions, Chinese passages, Chinese questions. */
  private final float[][] means;

  private LanguageMeans(float[][] means) {
    this.means = means;
  }

  /**
   * @param file the four means after each other, in float32, little-endian
   */
  static LanguageMeans of(byte[] file) {
    if (file.length == 0 || file.length % (KINDS * Float.BYTES) != 0) {
      throw new IllegalStateException("means.f32 does not hold four vectors");
    }
    float[][] means = new float[KINDS][file.length / KINDS / Float.BYTES];
    ByteBuffer values = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    for (float[] mean : means) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] = values.getFloat();
      }
    }
    return new LanguageMeans(means);
  }

  float[] subtract(String language, boolean isQuestion, float[] vector) {
    float[] mean = means[(language.equals(Language.CHINESE) ? 2 : 0) + (isQuestion ? 1 : 0)];
    if (mean.length != vector.length) {
      throw new IllegalStateException(
          "means.f32 is for vectors of %d values, the model beside it gives %d"
              .formatted(mean.length, vector.length));
    }
    float[] rest = new float[vector.length];
    for (int i = 0; i < rest.length; i++) {
      rest[i] = vector[i] - mean[i];
    }
    return rest;
  }
}
