package org.harmonykb.engine.format;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Tells models apart without reading them whole: names, types and shapes of all tensors, and a
 * piece out of the middle of each. Another quantisation or fine-tuning of the same model has
 * another.
 */
public final class ModelFingerprint {

  private static final int SAMPLE_BYTES = 256;

  private ModelFingerprint() {}

  public static String of(ModelFile file) {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    for (Tensor tensor : file.tensors()) {
      digest.update(tensor.toString().getBytes(StandardCharsets.UTF_8));
      MemorySegment data = tensor.data();
      long length = Math.min(SAMPLE_BYTES, data.byteSize());
      long from = (data.byteSize() - length) / 2;
      digest.update(data.asSlice(from, length).toArray(ValueLayout.JAVA_BYTE));
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
