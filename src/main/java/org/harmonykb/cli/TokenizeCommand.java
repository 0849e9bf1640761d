package org.harmonykb.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.harmonykb.engine.Tokenizer;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.tokenizer.BpeTokenizer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/**
 * Text to ids and back, line by line: {@code {"text":…, "special":"none"|"all"}} or {@code
 * {"utf16":[…]}} gives {@code {"ids":[…]}}; {@code {"ids":[…]}} gives {@code {"text":…,
 * "bytes_hex":…}}.
 */
@Command(
    name = "tokenize",
    description = "Reads JSON lines with text or ids and writes the other.",
    mixinStandardHelpOptions = true)
final class TokenizeCommand implements Callable<Integer> {

  @Option(names = "--model", required = true, paramLabel = "F")
  private Path model = Path.of("");

  @Override
  public Integer call() throws IOException {
    Tokenizer tokenizer;
    try (ModelFile file = ModelFile.open(model)) {
      tokenizer = BpeTokenizer.from(file.metadata());
    }
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (!line.isBlank()) {
        out.println(EngineCommand.JSON.writeValueAsString(answer(tokenizer, line)));
      }
    }
    out.flush();
    return 0;
  }

  private static Map<String, Object> answer(Tokenizer tokenizer, String line) {
    JsonNode request = EngineCommand.JSON.readTree(line);
    Map<String, Object> answer = new LinkedHashMap<>();
    if (request.has("text") || request.has("utf16")) {
      String text =
          request.has("utf16") ? utf16(request.get("utf16")) : request.get("text").asString();
      boolean special = request.has("special") && request.get("special").asString().equals("all");
      answer.put("ids", special ? tokenizer.encodeWithSpecial(text) : tokenizer.encode(text));
    } else if (request.has("ids")) {
      int[] ids = EngineCommand.JSON.treeToValue(request.get("ids"), int[].class);
      StringBuilder hex = new StringBuilder();
      for (int id : ids) {
        hex.append(HexFormat.of().formatHex(tokenizer.bytes(id)));
      }
      answer.put("text", tokenizer.decode(ids));
      answer.put("bytes_hex", hex.toString());
    } else {
      answer.put("error", "a line needs text, utf16 or ids");
    }
    return answer;
  }

  /** UTF-16 code units as numbers or as hexadecimal strings. */
  private static String utf16(JsonNode units) {
    StringBuilder text = new StringBuilder();
    for (JsonNode unit : units) {
      text.append((char) (unit.isNumber() ? unit.asInt() : Integer.parseInt(unit.asString(), 16)));
    }
    return text.toString();
  }
}
