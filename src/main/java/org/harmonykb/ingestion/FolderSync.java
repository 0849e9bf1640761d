package org.harmonykb.ingestion;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.harmonykb.documents.DocumentProperties;
import org.harmonykb.documents.DocumentService;
import org.harmonykb.documents.IncomingFile;
import org.harmonykb.documents.RefusedFileException;
import org.harmonykb.jobs.Job;
import org.harmonykb.jobs.JobHandler;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Brings a watched folder's files and their documents in step. */
@Component
class FolderSync implements JobHandler {

  /** The source of the sample company's documents. */
  static final String CORPUS = "docs-corpus";

  private static final long LARGEST = 50L << 20;

  private record Seen(long size, FileTime modified, String sha256) {}

  private final SyncService sync;
  private final DocumentService documents;
  private final List<SyncProperties.Folder> folders;
  private final JsonMapper json;
  private final Map<Path, Seen> seen = new ConcurrentHashMap<>();

  FolderSync(
      SyncService sync,
      DocumentService documents,
      SyncProperties properties,
      DocumentProperties corpus,
      JsonMapper json) {
    this.sync = sync;
    this.documents = documents;
    this.json = json;
    this.folders = new ArrayList<>(properties.folders());
    if (Files.isDirectory(corpus.corpusDir())) {
      folders.add(
          new SyncProperties.Folder(CORPUS, corpus.corpusDir(), "", Duration.ZERO, Set.of()));
    }
  }

  List<SyncProperties.Folder> folders() {
    return folders;
  }

  @Override
  public Job.Kind kind() {
    return Job.Kind.SYNC;
  }

  /** The argument of a folder's job; behind it a confirmation may follow. */
  static String argument(String folder) {
    return folder + "/";
  }

  @Override
  public void run(Job job, Progress progress) {
    String[] argument = Objects.requireNonNull(job.argument(), "a sync names a source").split("/");
    SyncProperties.Folder folder =
        folders.stream()
            .filter(f -> f.name().equals(argument[0]))
            .findFirst()
            .orElseThrow(
                () -> new IllegalStateException("No watched folder is called " + argument[0]));
    Map<String, Path> files = files(folder);
    Map<String, String> items = new LinkedHashMap<>();
    for (Map.Entry<String, Path> file : files.entrySet()) {
      try {
        items.put(file.getKey(), sha256(file.getValue()));
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read " + file.getValue(), e);
      }
    }
    SyncService.Outcome outcome =
        sync.sync(folder.name(), items, argument.length > 1 ? argument[1] : null);
    int done = 0;
    for (String id : outcome.send()) {
      progress.report(done++, outcome.send().size());
      send(folder, id, Objects.requireNonNull(files.get(id)), progress);
    }
    progress.result(
        json.writeValueAsString(
            Map.of(
                "sent", outcome.send().size(),
                "deleted", outcome.deleted(),
                "unchanged", outcome.unchanged(),
                "removed", outcome.removed(),
                "taken", outcome.taken())));
    progress.report(outcome.send().size(), outcome.send().size());
  }

  private void send(SyncProperties.Folder folder, String id, Path file, Progress progress) {
    String collection =
        folder.collection().isBlank()
            ? folder.path().relativize(file).getName(0).toString()
            : folder.collection();
    try {
      if (Files.size(file) > LARGEST) {
        throw new RefusedFileException(
            RefusedFileException.Kind.TOO_LARGE, file + " has more than 50 MB");
      }
      documents.accept(
          new IncomingFile(
              id,
              collection,
              folder.allow(),
              String.valueOf(file.getFileName()),
              Files.readAllBytes(file),
              null,
              null,
              folder.name()));
    } catch (IOException | RefusedFileException e) {
      progress.error(
          UUID.nameUUIDFromBytes(id.getBytes(StandardCharsets.UTF_8)),
          id,
          String.valueOf(e.getMessage()));
    }
  }

  /** The folder's files by external id; the corpus has the ids that it always had. */
  private static Map<String, Path> files(SyncProperties.Folder folder) {
    Path root = folder.path();
    boolean isCorpus = folder.name().equals(CORPUS);
    int depth = folder.collection().isBlank() ? 2 : 1;
    if (!Files.isDirectory(root)) {
      throw new IllegalStateException(
          "The folder %s is not there; its documents stay as they are".formatted(root));
    }
    try (Stream<Path> paths = Files.walk(root)) {
      Map<String, Path> files = new LinkedHashMap<>();
      paths
          .filter(Files::isRegularFile)
          .filter(file -> file.getNameCount() >= root.getNameCount() + depth)
          .filter(file -> isVisible(root.relativize(file)))
          // Markdown first: it is read in no time, so answers begin early.
          .sorted(
              Comparator.comparing((Path file) -> !file.toString().endsWith(".md"))
                  .thenComparing(Path::toString))
          .forEach(
              file -> {
                String path = root.relativize(file).toString().replace('\\', '/');
                files.put(isCorpus ? path : folder.name() + "/" + path, file);
              });
      return files;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the folder " + root, e);
    }
  }

  private static boolean isVisible(Path relative) {
    for (Path part : relative) {
      if (part.toString().startsWith(".")) {
        return false;
      }
    }
    return true;
  }

  /** Files that look as they did are not read again. */
  private String sha256(Path file) throws IOException {
    long size = Files.size(file);
    FileTime modified = Files.getLastModifiedTime(file);
    Seen last = seen.get(file);
    if (last != null && last.size == size && last.modified.equals(modified)) {
      return last.sha256;
    }
    String sha256 = DocumentService.sha256(Files.readAllBytes(file));
    seen.put(file, new Seen(size, modified, sha256));
    return sha256;
  }

  /** Names of the folders, for messages. */
  Set<String> names() {
    return new TreeSet<>(folders.stream().map(SyncProperties.Folder::name).toList());
  }
}
