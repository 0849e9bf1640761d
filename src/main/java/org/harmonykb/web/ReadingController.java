package org.harmonykb.web;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.harmonykb.answering.Adapters;
import org.harmonykb.answering.AnsweringService;
import org.harmonykb.answering.Wishes;
import org.harmonykb.documents.DocumentService;
import org.harmonykb.documents.DocumentState;
import org.harmonykb.documents.StoredDocument;
import org.harmonykb.engine.AdapterInfo;
import org.harmonykb.ingestion.DocumentText;
import org.harmonykb.security.CurrentCaller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** What the page needs to show documents and to offer choices. */
@RestController
class ReadingController {

  private final DocumentService documents;
  private final DocumentText text;
  private final Adapters adapters;
  private final AnsweringService answering;
  private final CurrentCaller caller;

  ReadingController(
      DocumentService documents,
      DocumentText text,
      Adapters adapters,
      AnsweringService answering,
      CurrentCaller caller) {
    this.answering = answering;
    this.documents = documents;
    this.text = text;
    this.adapters = adapters;
    this.caller = caller;
  }

  record Reading(String title, List<DocumentText.Block> blocks) {}

  record Collection(String name, long documents) {}

  /**
   * @param settings of a conversation that {@code POST /api/ask} takes beside those that every
   *     model heeds
   * @param unheeded those of them that the loaded model does not heed
   */
  record Choices(
      List<Collection> collections,
      List<String> adapters,
      List<String> settings,
      List<String> unheeded) {}

  private static final String INSTRUCTIONS = "instructions";
  private static final List<String> THINKING = List.of("reasoningEffort", "reasoning");

  /** A document's text as headings, paragraphs and tables. */
  @GetMapping("/api/documents/{id}/reading")
  Reading reading(@PathVariable UUID id) {
    StoredDocument document = documents.get(id);
    return new Reading(document.title(), text.blocks(document));
  }

  /** What a question can be narrowed to or answered with. */
  @GetMapping("/api/choices")
  Choices choices() {
    Map<String, Long> collections = new TreeMap<>();
    documents
        .list(DocumentState.SEARCHABLE, null, null, caller.scope())
        .forEach(document -> collections.merge(document.collection(), 1L, Long::sum));
    Wishes.Heeded heeded = answering.heeded();
    List<String> settings = new ArrayList<>(List.of(INSTRUCTIONS));
    settings.addAll(THINKING);
    List<String> unheeded = new ArrayList<>(settings);
    if (heeded.instructions()) {
      unheeded.remove(INSTRUCTIONS);
    }
    if (heeded.reasoning()) {
      unheeded.removeAll(THINKING);
    }
    return new Choices(
        collections.entrySet().stream().map(e -> new Collection(e.getKey(), e.getValue())).toList(),
        adapters.list().stream().map(AdapterInfo::name).toList(),
        settings,
        unheeded);
  }
}
