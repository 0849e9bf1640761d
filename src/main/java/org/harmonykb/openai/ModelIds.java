package org.harmonykb.openai;

import java.util.ArrayList;
import java.util.List;
import org.harmonykb.answering.Adapters;
import org.harmonykb.answering.Assistants;
import org.harmonykb.answering.LanguageModel;
import org.harmonykb.engine.AdapterChoice;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * What model ids name: {@code model} or the loaded model's own name the plain model, an assistant's
 * id the assistant, and {@code id:adapter} either with a LoRA adapter.
 */
@Component
class ModelIds {

  static final String PLAIN = "model";

  private final LanguageModel model;
  private final Assistants assistants;
  private final Adapters adapters;

  ModelIds(LanguageModel model, Assistants assistants, Adapters adapters) {
    this.model = model;
    this.assistants = assistants;
    this.adapters = adapters;
  }

  /**
   * @param id as it was asked for
   * @param assistant null for the plain model
   */
  record Target(String id, @Nullable String assistant, @Nullable AdapterChoice adapter) {}

  /**
   * @throws OpenAiException if it names nothing
   */
  Target target(@Nullable String id) {
    if (id == null || id.isBlank()) {
      throw OpenAiException.invalid("model", "The field model is missing");
    }
    if (model.isCalled(id)) {
      return new Target(id, null, null);
    }
    int colon = id.lastIndexOf(':');
    String name = colon < 0 ? id : id.substring(0, colon);
    boolean isAssistant = assistants.all().stream().anyMatch(a -> a.id().equals(name));
    if (!isAssistant && !name.equals(PLAIN) && !model.isCalled(name)) {
      throw unknown(id);
    }
    AdapterChoice adapter = null;
    if (colon >= 0) {
      adapter = new AdapterChoice(id.substring(colon + 1), null);
      adapters.require(adapter.name());
    }
    return new Target(id, isAssistant ? name : null, adapter);
  }

  /**
   * The target, which is not an assistant.
   *
   * @throws OpenAiException if it is one, or names nothing
   */
  Target plain(@Nullable String id) {
    Target target = target(id);
    if (target.assistant != null) {
      throw OpenAiException.invalid(
          "model", "The assistant " + id + " answers /v1/chat/completions and /v1/responses only");
    }
    return target;
  }

  static OpenAiException unknown(String id) {
    return new OpenAiException(
        404, OpenAiException.INVALID, "model", "model_not_found", "There is no model " + id);
  }

  /** All ids that {@link #target} knows, one per model. */
  List<String> all() {
    List<String> ids = new ArrayList<>();
    if (model.loaded() != null) {
      ids.add(PLAIN);
      adapters.list().forEach(adapter -> ids.add(PLAIN + ":" + adapter.name()));
    }
    assistants.all().forEach(assistant -> ids.add(assistant.id()));
    return ids;
  }

  LanguageModel.Loaded loaded() {
    LanguageModel.Loaded loaded = model.loaded();
    if (loaded == null) {
      throw new OpenAiException(503, "server_error", null, "no_model", model.describe());
    }
    return loaded;
  }
}
