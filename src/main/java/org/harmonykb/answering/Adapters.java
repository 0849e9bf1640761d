package org.harmonykb.answering;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.harmonykb.engine.AdapterChoice;
import org.harmonykb.engine.AdapterInfo;
import org.harmonykb.engine.EngineException;
import org.harmonykb.engine.InferenceEngine;
import org.harmonykb.engine.UnknownAdapterException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Service;

/**
 * The LoRA adapters of the loaded model. Those that lie in {@code kb.adapters.dir} are loaded at
 * start under their file names; others come and go while the service runs, from that directory
 * alone. Thread-safe.
 */
@Service
public class Adapters {

  private static final Logger LOG = LoggerFactory.getLogger(Adapters.class);
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  private static final String GGUF = ".gguf";

  private final LanguageModel model;
  private final Path folder;

  Adapters(LanguageModel model, @Value("${kb.adapters.dir:models/adapters}") String directory) {
    this.model = model;
    this.folder = Path.of(directory.isBlank() ? "models/adapters" : directory);
    LanguageModel.Loaded loaded = model.loaded();
    if (loaded != null && Files.isDirectory(folder)) {
      loadAll();
    }
  }

  private void loadAll() {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        String name = String.valueOf(file.getFileName());
        boolean isGguf = name.endsWith(GGUF);
        if (isGguf || Files.exists(file.resolve("adapter_config.json"))) {
          String shortName = isGguf ? name.substring(0, name.length() - GGUF.length()) : name;
          try {
            load(shortName, name, 1);
          } catch (EngineException | IllegalArgumentException e) {
            LOG.warn("The adapter {} is left out: {}", file, e.getMessage());
          }
        }
      }
    } catch (IOException e) {
      LOG.warn("The adapters in {} cannot be listed: {}", folder, e.toString());
    }
  }

  public List<AdapterInfo> list() {
    LanguageModel.Loaded loaded = model.loaded();
    return loaded == null ? List.of() : loaded.engine().adapters();
  }

  /**
   * @throws UnknownAdapterException if none of this name is loaded
   */
  public void require(String name) {
    List<String> names = list().stream().map(AdapterInfo::name).toList();
    if (!names.contains(name)) {
      throw new UnknownAdapterException(name, names);
    }
  }

  /**
   * Loads an adapter, in place of one of the same name.
   *
   * @param path within the adapters' directory
   * @throws IllegalArgumentException if the name or the path is not allowed
   * @throws NoModelException if there is nothing to load it into
   */
  public AdapterInfo load(String name, String path, float scale) {
    checkName(name);
    AdapterChoice.checkScale(scale);
    return engine().loadAdapter(name, resolve(path), scale);
  }

  /**
   * @throws UnknownAdapterException if none of this name is loaded
   */
  public void unload(String name) {
    LanguageModel.Loaded loaded = model.loaded();
    if (loaded == null) {
      throw new UnknownAdapterException(name, List.of());
    }
    loaded.engine().unloadAdapter(name);
  }

  private InferenceEngine engine() {
    LanguageModel.@Nullable Loaded loaded = model.loaded();
    if (loaded == null) {
      throw new NoModelException(model.describe());
    }
    return loaded.engine();
  }

  private static void checkName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "An adapter's name has at most 64 letters, digits, dots, dashes and underscores, and begins with a letter or a digit");
    }
  }

  /** Where links lead counts, so that no link leads out of the directory. */
  private Path resolve(String path) {
    try {
      Path root = folder.toRealPath();
      Path asked = root.resolve(path).normalize();
      if (asked.startsWith(root) && !asked.equals(root)) {
        if (!Files.exists(asked)) {
          throw new IllegalArgumentException("There is no file " + path + " in " + folder);
        }
        if (asked.toRealPath().startsWith(root)) {
          return asked;
        }
      }
    } catch (IOException | InvalidPathException e) {
      throw new IllegalArgumentException("The path cannot be used: " + e.getMessage(), e);
    }
    throw new IllegalArgumentException(
        "Adapters are loaded from the directory " + folder + " only (kb.adapters.dir)");
  }
}
