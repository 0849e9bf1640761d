package org.harmonykb.openai;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.harmonykb.engine.Tokenizer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The prompts of a text completion: a text, tokens, or a list of either. */
final class PromptReader {

  private final Tokenizer tokenizer;

  PromptReader(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  List<int[]> read(@Nullable JsonNode prompt, int most) {
    List<int[]> prompts = new ArrayList<>();
    if (prompt != null && prompt.isString()) {
      prompts.add(text(prompt.asString()));
    } else if (prompt != null && prompt.isArray() && !prompt.isEmpty()) {
      if (prompt.get(0).isNumber()) {
        prompts.add(tokens(prompt));
      } else {
        if (prompt.size() > most) {
          throw OpenAiException.invalid("prompt", "At most " + most + " prompts are possible");
        }
        for (JsonNode item : prompt) {
          if (!item.isString() && !item.isArray()) {
            throw wrong();
          }
          prompts.add(item.isString() ? text(item.asString()) : tokens(item));
        }
      }
    } else {
      throw wrong();
    }
    if (prompts.stream().anyMatch(tokens -> tokens.length == 0)) {
      throw OpenAiException.invalid("prompt", "A prompt is empty");
    }
    return prompts;
  }

  private static OpenAiException wrong() {
    return OpenAiException.invalid("prompt", "prompt is text or tokens, or a list of these");
  }

  private int[] text(String text) {
    int[] tokens = tokenizer.encode(text);
    return tokenizer.addsBos() && tokenizer.bosToken().isPresent()
        ? IntStream.concat(IntStream.of(tokenizer.bosToken().getAsInt()), IntStream.of(tokens))
            .toArray()
        : tokens;
  }

  private int[] tokens(JsonNode ids) {
    int[] tokens = new int[ids.size()];
    for (int i = 0; i < tokens.length; i++) {
      JsonNode id = ids.get(i);
      boolean isId =
          id.isIntegralNumber()
              && id.canConvertToInt()
              && id.asInt() >= 0
              && id.asInt() < tokenizer.vocabularySize();
      if (!isId) {
        throw OpenAiException.invalid(
            "prompt", "A list of tokens holds ids of the vocabulary, not " + id);
      }
      tokens[i] = id.asInt();
    }
    return tokens;
  }
}
