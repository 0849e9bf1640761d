package org.harmonykb.answering;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Lets admins change the assistants and go back. */
@Service
public class AssistantEditor {

  private static final int LONGEST_NOTE = 500;

  private final Assistants assistants;
  private final AssistantVersions versions;
  private final Clock clock;

  AssistantEditor(Assistants assistants, AssistantVersions versions, Clock clock) {
    this.assistants = assistants;
    this.versions = versions;
    this.clock = clock;
  }

  /**
   * @param version 0 is what the service brings along
   */
  public record VersionInfo(int version, @Nullable String note, @Nullable Instant createdAt) {}

  /**
   * An assistant for its editor.
   *
   * @param versions the latest first
   */
  public record Editable(
      String id, int version, String yaml, Assistant assistant, List<VersionInfo> versions) {}

  /**
   * @throws UnknownAssistantException if there is none
   */
  public Editable get(String id) {
    Assistants.Versioned current = assistants.current().get(id);
    if (current == null) {
      throw new UnknownAssistantException("There is no assistant " + id);
    }
    List<VersionInfo> all = new ArrayList<>();
    for (AssistantVersions.Version version : versions.of(id)) {
      all.add(new VersionInfo(version.version(), version.note(), version.createdAt()));
    }
    if (assistants.builtIn(id) != null) {
      all.add(new VersionInfo(0, "as it came with the service", null));
    }
    return new Editable(id, current.version(), current.yaml(), current.assistant(), all);
  }

  /**
   * Stores a new version, or a new assistant.
   *
   * @throws InvalidAssistantException if the YAML is none, or one of another id; nothing changes
   */
  @Transactional
  public Editable put(String id, String yaml, @Nullable String note) {
    Assistant assistant = AssistantYaml.read(yaml);
    if (!assistant.id().equals(id)) {
      throw new InvalidAssistantException(
          "The YAML is of the assistant " + assistant.id() + ", not of " + id);
    }
    if (note != null && note.length() > LONGEST_NOTE) {
      throw new InvalidAssistantException("note may have " + LONGEST_NOTE + " characters");
    }
    List<AssistantVersions.Version> before = versions.of(id);
    int next = before.isEmpty() ? 1 : before.getFirst().version() + 1;
    versions.add(new AssistantVersions.Version(id, next, yaml, note, clock.instant()));
    return get(id);
  }

  /**
   * Makes an old version the current one, as a new version.
   *
   * @throws UnknownAssistantException if there is no such version
   */
  @Transactional
  public Editable rollback(String id, int version) {
    String yaml;
    if (version == 0) {
      Assistants.Versioned builtIn = assistants.builtIn(id);
      if (builtIn == null) {
        throw new UnknownAssistantException("The service brought no assistant " + id + " along");
      }
      yaml = builtIn.yaml();
    } else {
      yaml =
          versions
              .find(id, version)
              .orElseThrow(
                  () ->
                      new UnknownAssistantException(
                          "There is no version " + version + " of the assistant " + id))
              .yaml();
    }
    return put(id, yaml, "back to version " + version);
  }

  /**
   * Reads an assistant that is not stored.
   *
   * @throws InvalidAssistantException if the YAML is none
   */
  public static Assistant read(String yaml) {
    return AssistantYaml.read(yaml);
  }
}
