package org.harmonykb.ingestion;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.tika.metadata.Metadata;
import org.apache.tika.mime.MediaType;
import org.apache.tika.parser.ParseContext;
import org.apache.tika.parser.Parser;
import org.xml.sax.ContentHandler;

/**
 * A parser that meets its worst file: Tika finds it on the class path of the tests, the reading
 * process included. The media type says what happens.
 */
public final class PoisonousParser implements Parser {

  static final String ENDLESS = "application/x-test-endless";
  static final String GREEDY = "application/x-test-greedy";
  static final String CRASHING = "application/x-test-crashing";
  static final String RECURSIVE = "application/x-test-recursive";

  @Override
  public Set<MediaType> getSupportedTypes(ParseContext context) {
    return Set.of(
        MediaType.parse(ENDLESS),
        MediaType.parse(GREEDY),
        MediaType.parse(CRASHING),
        MediaType.parse(RECURSIVE));
  }

  @Override
  public void parse(
      InputStream stream, ContentHandler handler, Metadata metadata, ParseContext context) {
    switch (metadata.get(Metadata.CONTENT_TYPE)) {
      case ENDLESS -> loop();
      case GREEDY -> grow();
      case CRASHING -> Runtime.getRuntime().halt(134);
      case RECURSIVE -> recurse(0);
      default -> throw new IllegalArgumentException(metadata.get(Metadata.CONTENT_TYPE));
    }
  }

  /** Cannot be interrupted, as parsers that loop cannot. */
  private static void loop() {
    long turns = 0;
    while (turns >= 0) {
      turns = (turns + 1) & Long.MAX_VALUE;
    }
  }

  private static void grow() {
    List<byte[]> kept = new ArrayList<>();
    while (kept.size() < Integer.MAX_VALUE) {
      kept.add(new byte[1 << 20]);
    }
  }

  private static int recurse(int depth) {
    return depth < 0 ? 0 : 1 + recurse(depth + 1);
  }
}
