package org.harmonykb.ingestion;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What service and reading process say to each other: JSON in UTF-8 behind its length as four
 * bytes, most significant first.
 */
final class ParseMessages {

  /** A reading process that went wild must not fill our memory with an answer. */
  private static final int LARGEST = 256 << 20;

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private ParseMessages() {}

  /**
   * A file to read.
   *
   * @param file its path
   */
  record Request(String filename, String mediaType, String file) {}

  /** Either a document or why there is none. */
  record Reply(@Nullable ParsedDocument document, @Nullable String refused) {}

  static void write(DataOutputStream out, Object message) throws IOException {
    byte[] bytes = JSON.writeValueAsBytes(message);
    out.writeInt(bytes.length);
    out.write(bytes);
    out.flush();
  }

  /**
   * @throws EOFException if the other side is gone
   */
  static <T> T read(DataInputStream in, Class<T> type) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > LARGEST) {
      throw new IOException("a message of " + length + " bytes");
    }
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException();
    }
    return JSON.readValue(bytes, type);
  }
}
