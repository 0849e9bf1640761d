package org.harmonykb.retrieval;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Writes a network for pairs of texts that scores how often a word stands in them. */
final class TinyOnnx {

  static final List<String> WORDS =
      List.of("[UNK]", "leave", "travel", "lunch", "train", "desk", "hotel", "gold");

  private static final int FLOAT = 1;
  private static final int INT64 = 7;

  private TinyOnnx() {}

  /**
   * @param folder gets {@code model.onnx} and {@code tokenizer.json}
   * @param word counts in both texts
   * @param repeats how many numbers the output has for a pair
   * @return the network
   */
  static Path counting(Path folder, String word, int repeats) throws IOException {
    Files.createDirectories(folder);
    String vocabulary =
        IntStream.range(0, WORDS.size())
            .mapToObj(i -> "\"" + WORDS.get(i) + "\":" + i)
            .collect(Collectors.joining(",", "{", "}"));
    Files.writeString(
        folder.resolve("tokenizer.json"),
        """
        {"version":"1.0","truncation":null,"padding":null,"added_tokens":[],
         "normalizer":{"type":"Lowercase"},"pre_tokenizer":{"type":"Whitespace"},
         "post_processor":null,"decoder":null,
         "model":{"type":"WordLevel","vocab":%s,"unk_token":"[UNK]"}}
        """
            .formatted(vocabulary));
    byte[] graph =
        join(
            node("Equal", List.of("input_ids", "word"), "same"),
            node("Cast", List.of("same"), "ones", attribute("to", FLOAT)),
            node("ReduceSum", List.of("ones", "axes"), "count", attribute("keepdims", 1)),
            node("Expand", List.of("count", "shape"), "scores"),
            bytes(2, "counting"),
            constant("word", WORDS.indexOf(word)),
            constant("axes", 1),
            constant("shape", 1, repeats),
            port(11, "input_ids", INT64),
            port(11, "attention_mask", INT64),
            port(12, "scores", FLOAT));
    Path network = folder.resolve("model.onnx");
    Files.write(
        network, join(number(1, 8), bytes(7, graph), bytes(8, join(bytes(1, ""), number(2, 17)))));
    return network;
  }

  private static byte[] node(
      String operator, List<String> inputs, String output, byte[]... attributes) {
    byte[][] named = inputs.stream().map(input -> bytes(1, input)).toArray(byte[][]::new);
    return bytes(1, join(join(named), bytes(2, output), bytes(4, operator), join(attributes)));
  }

  private static byte[] attribute(String name, int value) {
    return bytes(5, join(bytes(1, name), number(3, value), number(20, 2)));
  }

  private static byte[] constant(String name, long... values) {
    ByteBuffer raw = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    raw.asLongBuffer().put(values);
    return bytes(
        5, join(number(1, values.length), number(2, INT64), bytes(8, name), bytes(9, raw.array())));
  }

  private static byte[] port(int field, String name, int type) {
    byte[] dimensions = join(bytes(1, bytes(2, "pairs")), bytes(1, bytes(2, "values" + name)));
    byte[] tensor = bytes(1, join(number(1, type), bytes(2, dimensions)));
    return bytes(field, join(bytes(1, name), bytes(2, tensor)));
  }

  private static byte[] number(int field, long value) {
    return join(varint(field << 3), varint(value));
  }

  private static byte[] bytes(int field, String text) {
    return bytes(field, text.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] bytes(int field, byte[] content) {
    return join(varint(field << 3 | 2), varint(content.length), content);
  }

  private static byte[] varint(long value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    long rest = value;
    while (rest > 127) {
      out.write((int) (rest & 127 | 128));
      rest >>>= 7;
    }
    out.write((int) rest);
    return out.toByteArray();
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
