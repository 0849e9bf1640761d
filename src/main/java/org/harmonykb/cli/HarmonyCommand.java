package org.harmonykb.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.harmonykb.answering.TokenizerVocabulary;
import org.harmonykb.engine.format.ModelFile;
import org.harmonykb.engine.tokenizer.BpeTokenizer;
import org.harmonykb.harmony.AnalysisHistory;
import org.harmonykb.harmony.HarmonyRenderer;
import org.harmonykb.harmony.HarmonyRenderer.Rendered;
import org.harmonykb.harmony.HarmonyStreamParser;
import org.harmonykb.harmony.Message;
import org.harmonykb.harmony.Role;
import org.harmonykb.harmony.Vocabulary;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.core.JacksonException;

/** Harmony prompts and completions as openai/harmony writes and reads them, line by line. */
@Command(
    name = "harmony",
    description = "Renders and parses gpt-oss's prompt format.",
    mixinStandardHelpOptions = true,
    subcommands = {HarmonyCommand.Render.class, HarmonyCommand.Parse.class})
final class HarmonyCommand {

  /** Answers each line of standard input; a line that is wrong gets an {@code error}. */
  abstract static class Lines implements Callable<Integer> {

    @Option(
        names = "--vocab",
        required = true,
        paramLabel = "F.gguf",
        description = "file with the o200k_harmony vocabulary")
    private Path vocab = Path.of("");

    @Option(
        names = "--library",
        description = "follows the openai/harmony library exactly (the default)")
    @SuppressWarnings("UnusedVariable") // says what happens anyway
    private boolean library = true;

    @Override
    public Integer call() throws IOException {
      Vocabulary vocabulary;
      try (ModelFile file = ModelFile.open(vocab)) {
        vocabulary = new TokenizerVocabulary(BpeTokenizer.from(file.metadata()));
      }
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.isBlank()) {
          out.println(EngineCommand.JSON.writeValueAsString(answerOrError(line, vocabulary)));
          out.flush();
        }
      }
      return 0;
    }

    /** A tree for one line's answer. */
    final Object answerOrError(String line, Vocabulary vocabulary) {
      try {
        return answer(MessageJson.map(JsonTree.read(line), "line"), vocabulary);
      } catch (JacksonException e) {
        return Map.of("error", "no JSON: " + e.getOriginalMessage());
      } catch (IllegalArgumentException e) {
        return Map.of("error", String.valueOf(e.getMessage()));
      }
    }

    /**
     * @throws IllegalArgumentException whose message becomes the answer's {@code error}
     */
    abstract Object answer(Map<?, ?> request, Vocabulary vocabulary);
  }

  @Command(
      name = "render",
      description = {
        "Reads JSON lines with messages, mode (completion, conversation or training), next_role and",
        "auto_drop_analysis; writes text and ids of the prompt."
      },
      mixinStandardHelpOptions = true)
  static final class Render extends Lines {

    @Override
    Rendered answer(Map<?, ?> request, Vocabulary vocabulary) {
      HarmonyRenderer renderer = new HarmonyRenderer(vocabulary);
      List<Message> messages = MessageJson.messages(request.get("messages"));
      AnalysisHistory history =
          flag(request, "auto_drop_analysis", false)
              ? AnalysisHistory.LIBRARY
              : AnalysisHistory.KEEP;
      Object mode = request.get("mode");
      return switch (mode == null ? "completion" : MessageJson.string(mode, "mode")) {
        case "completion" -> {
          Role next = optionalRole(request.get("next_role"));
          yield renderer.completion(messages, history, next == null ? Role.ASSISTANT : next);
        }
        case "conversation" -> renderer.conversation(messages, history);
        case "training" -> renderer.training(messages, history);
        default ->
            throw new IllegalArgumentException("mode is completion, conversation or training");
      };
    }
  }

  @Command(
      name = "parse",
      description = {
        "Reads JSON lines with ids, role (null: the ids begin with <|start|>) and strict; writes the",
        "messages."
      },
      mixinStandardHelpOptions = true)
  static final class Parse extends Lines {

    /** Token ids are unsigned. */
    private static final long LARGEST_ID = 0xFFFF_FFFFL;

    @Override
    Map<String, Object> answer(Map<?, ?> request, Vocabulary vocabulary) {
      List<?> list = MessageJson.list(request.get("ids"), "ids");
      int[] ids = new int[list.size()];
      for (int i = 0; i < ids.length; i++) {
        if (!(list.get(i) instanceof Long id) || id < 0 || id > LARGEST_ID) {
          throw new IllegalArgumentException("ids are integers from 0 to " + LARGEST_ID);
        }
        ids[i] = id.intValue();
      }
      List<Message> messages =
          HarmonyStreamParser.parse(
              vocabulary, ids, optionalRole(request.get("role")), flag(request, "strict", true));
      return Map.of("messages", messages.stream().map(MessageJson::tree).toList());
    }
  }

  private static @Nullable Role optionalRole(@Nullable Object tree) {
    return tree == null ? null : MessageJson.role(tree);
  }

  private static boolean flag(Map<?, ?> request, String key, boolean missing) {
    return switch (request.get(key)) {
      case null -> missing;
      case Boolean flag -> flag;
      default -> throw new IllegalArgumentException(key + " must be true, false or null");
    };
  }
}
