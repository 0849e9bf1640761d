package org.harmonykb.web;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.harmonykb.answering.AnsweringService;
import org.harmonykb.answering.Assistant;
import org.harmonykb.answering.AssistantEditor;
import org.harmonykb.answering.Assistants;
import org.harmonykb.answering.InvalidAssistantException;
import org.harmonykb.answering.InvalidQuestionException;
import org.harmonykb.answering.PromptPreview;
import org.harmonykb.answering.Question;
import org.harmonykb.security.CurrentCaller;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The assistants, for those who ask and for those who edit them. */
@RestController
class AssistantController {

  private final Assistants assistants;
  private final AssistantEditor editor;
  private final AnsweringService answering;
  private final CurrentCaller caller;

  AssistantController(
      Assistants assistants,
      AssistantEditor editor,
      AnsweringService answering,
      CurrentCaller caller) {
    this.assistants = assistants;
    this.editor = editor;
    this.answering = answering;
    this.caller = caller;
  }

  /** What an asker sees of an assistant; texts come by language. */
  record AssistantView(
      String id,
      Map<String, String> title,
      Map<String, List<String>> examples,
      List<String> collections,
      Map<String, String> contact,
      Map<String, String> limits,
      Assistant.Form form) {

    static AssistantView of(Assistant a) {
      return new AssistantView(
          a.id(), a.title(), a.examples(), a.collections(), a.contact(), a.limits(), a.form());
    }
  }

  /** A new version; the note says why. */
  record Change(@Nullable String yaml, @Nullable String note) {}

  record Rollback(@Nullable Integer version) {}

  /**
   * @param yaml an assistant that is not stored yet, in place of the current version
   */
  record PreviewRequest(
      @Nullable String question,
      @Nullable String yaml,
      @Nullable UUID conversationId,
      @Nullable Set<String> collections) {}

  @GetMapping("/api/assistants")
  List<AssistantView> list() {
    return assistants.all().stream().map(AssistantView::of).toList();
  }

  @GetMapping("/api/admin/assistants/{id}")
  AssistantEditor.Editable get(@PathVariable String id) {
    return editor.get(id);
  }

  @PutMapping(value = "/api/admin/assistants/{id}", consumes = MediaType.APPLICATION_JSON_VALUE)
  AssistantEditor.Editable put(@PathVariable String id, @RequestBody Change change) {
    if (change.yaml == null || change.yaml.isBlank()) {
      throw new InvalidAssistantException("The field yaml is missing");
    }
    return editor.put(id, change.yaml, change.note);
  }

  /** The same with the file itself as the body. */
  @PutMapping(
      value = "/api/admin/assistants/{id}",
      consumes = {"application/yaml", "application/x-yaml", "text/yaml"})
  AssistantEditor.Editable putYaml(
      @PathVariable String id,
      @RequestBody String yaml,
      @RequestParam(required = false) @Nullable String note) {
    return editor.put(id, yaml, note);
  }

  @PostMapping("/api/admin/assistants/{id}/rollback")
  AssistantEditor.Editable rollback(@PathVariable String id, @RequestBody Rollback rollback) {
    if (rollback.version == null) {
      throw new IllegalArgumentException("The field version is missing");
    }
    return editor.rollback(id, rollback.version);
  }

  @PostMapping("/api/admin/assistants/{id}/preview")
  PromptPreview preview(@PathVariable String id, @RequestBody PreviewRequest request) {
    if (request.question == null || request.question.isBlank()) {
      throw new InvalidQuestionException("The field question is missing");
    }
    boolean isDraft = request.yaml != null && !request.yaml.isBlank();
    Assistant assistant =
        isDraft ? AssistantEditor.read(String.valueOf(request.yaml)) : editor.get(id).assistant();
    return answering.preview(
        assistant,
        new Question(
            request.question,
            request.conversationId,
            assistant.id(),
            request.collections == null ? Set.of() : request.collections,
            null,
            null,
            null,
            caller.scope()));
  }
}
