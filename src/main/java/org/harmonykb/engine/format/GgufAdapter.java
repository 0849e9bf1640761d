package org.harmonykb.engine.format;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.harmonykb.engine.ModelFormatException;
import org.jspecify.annotations.Nullable;

/**
 * An adapter as llama.cpp's {@code convert_lora_to_gguf.py} writes it: tensors {@code
 * <weight>.lora_a} and {@code <weight>.lora_b}, and alpha among the metadata.
 */
final class GgufAdapter implements AdapterFile {

  private static final String A = ".lora_a";
  private static final String B = ".lora_b";

  private final GgufFile file;
  private final String architecture;
  private final List<Pair> pairs;

  private GgufAdapter(GgufFile file, String architecture, List<Pair> pairs) {
    this.file = file;
    this.architecture = architecture;
    this.pairs = List.copyOf(pairs);
  }

  static GgufAdapter open(Path path) {
    GgufFile file = GgufFile.open(path);
    try {
      return read(file);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static GgufAdapter read(GgufFile file) {
    ModelMetadata metadata = file.metadata();
    if (!"adapter".equals(metadata.stringOrNull("general.type"))) {
      throw new ModelFormatException(
          file.path(), null, "is not an adapter: its general.type does not say so");
    }
    String kind = metadata.string("adapter.type");
    if (!kind.equals("lora")) {
      throw new ModelFormatException(
          file.path(), null, "is an adapter of the type " + kind + "; only lora can be used");
    }
    float alpha = metadata.number("adapter.lora.alpha");
    if (!Float.isFinite(alpha)) {
      throw new ModelFormatException(file.path(), null, "has an adapter.lora.alpha of " + alpha);
    }
    List<Pair> pairs = new ArrayList<>();
    for (Tensor tensor : file.tensors()) {
      String name = tensor.name();
      if (name.endsWith(A)) {
        String weight = name.substring(0, name.length() - A.length());
        Tensor b = file.tensor(weight + B);
        int rank = tensor.rows();
        // llama.cpp takes an alpha of 0 for none at all.
        pairs.add(new Pair(weight, tensor, b, alpha == 0 ? 1 : alpha / rank));
      } else if (name.endsWith(B)) {
        file.tensor(name.substring(0, name.length() - B.length()) + A);
      } else {
        throw new ModelFormatException(
            file.path(), name, "is neither a lora_a nor a lora_b, which alone can be added");
      }
    }
    if (pairs.isEmpty()) {
      throw new ModelFormatException(file.path(), null, "holds no tensors");
    }
    return new GgufAdapter(file, metadata.string("general.architecture"), pairs);
  }

  @Override
  public Path path() {
    return file.path();
  }

  @Override
  public @Nullable String architecture() {
    return architecture;
  }

  @Override
  public boolean isRotatedByHalves() {
    return !architecture.equals("llama");
  }

  @Override
  public List<Pair> pairs() {
    return pairs;
  }

  @Override
  public void close() {
    file.close();
  }
}
