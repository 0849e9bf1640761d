package org.harmonykb.conversations;

/** No font on this machine can show the text. */
public final class MissingFontException extends RuntimeException {

  MissingFontException() {
    super(
        "No font here can show this conversation's characters: install Noto Sans CJK"
            + " (fonts-noto-cjk) or set kb.export.font to a TTF, OTF or TTC file;"
            + " the Markdown and JSON exports need none");
  }
}
