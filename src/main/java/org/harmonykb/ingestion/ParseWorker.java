package org.harmonykb.ingestion;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.springframework.util.FileSystemUtils;

/**
 * The reading process: parses one file after the other, as told on standard input, and answers on
 * standard output. Foreign files meet foreign parsers here and not in the service: this process may
 * run out of memory, loop or crash, and the service kills it and starts another. It ends with its
 * standard input.
 */
public final class ParseWorker {

  /** The first argument that makes the program a reading process. */
  public static final String COMMAND = "parse-worker";

  /** Exit code of a JVM that ran out of memory under {@code -XX:+ExitOnOutOfMemoryError}. */
  static final int OUT_OF_MEMORY = 3;

  /** Exit code when temporary files grew beyond all measure. */
  static final int OUT_OF_DISK = 4;

  /** How the name of a reading process's folder begins. */
  static final String TEMPORARY = "kb-parse";

  private static final long MOST_TEMPORARY_BYTES = 4L << 30;

  private ParseWorker() {}

  /** Runs until standard input ends; never returns. */
  public static void main() {
    DataOutputStream out =
        new DataOutputStream(
            new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16));
    System.setOut(System.err); // what a parser prints is no answer
    BlockingQueue<ParseMessages.Request> requests = new LinkedBlockingQueue<>();
    Thread input = Thread.ofPlatform().name("requests").daemon().start(() -> listen(requests));
    Thread.ofPlatform().name("disk").daemon().start(ParseWorker::watchDisk);
    // A terminal's Ctrl-C reaches this process too; it still ends only with its input.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> joinQuietly(input)));
    DocumentReader reader = new DocumentReader(ReadLimits.DEFAULTS);
    try {
      while (true) {
        ParseMessages.write(out, answer(reader, requests.take()));
      }
    } catch (IOException | InterruptedException e) {
      halt(1);
    }
  }

  private static ParseMessages.Reply answer(DocumentReader reader, ParseMessages.Request request) {
    try {
      return new ParseMessages.Reply(
          reader.read(request.filename(), request.mediaType(), Path.of(request.file())), null);
    } catch (UnreadableDocumentException e) {
      return new ParseMessages.Reply(null, e.getMessage());
    } catch (StackOverflowError e) {
      return new ParseMessages.Reply(null, request.filename() + " is nested too deep to be read");
    } catch (LinkageError | RuntimeException e) {
      return new ParseMessages.Reply(
          null, UnreadableDocumentException.damaged(request.filename(), e).getMessage());
    }
  }

  private static void listen(BlockingQueue<ParseMessages.Request> requests) {
    DataInputStream in = new DataInputStream(System.in);
    try {
      while (true) {
        requests.add(ParseMessages.read(in, ParseMessages.Request.class));
      }
    } catch (EOFException e) {
      removeTemporary();
      halt(0); // a parser that loops does not hear of it otherwise
    } catch (IOException e) {
      halt(1);
    }
  }

  private static void watchDisk() {
    try {
      while (true) {
        Thread.sleep(500);
        if (temporaryBytes() > MOST_TEMPORARY_BYTES) {
          halt(OUT_OF_DISK);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static long temporaryBytes() {
    try (Stream<Path> files = Files.walk(temporary())) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    } catch (IOException | RuntimeException e) {
      return 0; // files come and go while we look
    }
  }

  /** A service that was killed does not do it. */
  private static void removeTemporary() {
    Path folder = temporary();
    if (String.valueOf(folder.getFileName()).startsWith(TEMPORARY)) {
      try {
        FileSystemUtils.deleteRecursively(folder);
      } catch (IOException e) {
        // The system cleans its temporary folder up some day.
      }
    }
  }

  private static Path temporary() {
    return Path.of(System.getProperty("java.io.tmpdir"));
  }

  private static void joinQuietly(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void halt(int code) {
    Runtime.getRuntime().halt(code);
  }
}
