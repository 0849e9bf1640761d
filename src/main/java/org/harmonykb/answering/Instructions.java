package org.harmonykb.answering;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Sentences of documents that speak to a machine instead of a reader, such as {@code Ignore all
 * previous instructions}. They are never quoted, copied or counted as evidence; as data in a prompt
 * they stay between their delimiters. This is a second line: passages are data whatever they say.
 */
final class Instructions {

  private static final List<Pattern> PATTERNS =
      List.of(
          Pattern.compile(
              "(?i)\\b(ignore|disregard|forget|override|bypass)\\b.{0,30}\\b(previous|prior|above|earlier|preceding|system|other|your)\\b.{0,20}\\b(instructions?|prompts?|messages?|rules|guidelines|context|passages|training)\\b"),
          Pattern.compile(
              "(?i)^\\W*(\\W?begin |new |end of )?\\W*(system|assistant|developer|user|human)("
                  + " (message|prompt|override|instructions?|note))?\\W?\\s*[:>\\]](?!.*; [\\p{L}"
                  + " ]+: )"),
          Pattern.compile(
              "(?i)\\b(you are now|from now on,? (answer|reply|respond|always|you"
                  + " (are|must|will|shall|answer|reply|respond|act))|pretend (to be|you are|that"
                  + " you)|act as (if|an?|the)"
                  + " .{0,30}(ai|model|assistant|dan\\b|unrestricted)|roleplay|developer"
                  + " mode|jailbreak)\\b"),
          Pattern.compile(
              "(?i)\\b(reveal|print|repeat|show|output|leak|disclose|translate)\\b.{0,30}\\b(system"
                  + " prompt|(your|the|its) (hidden |initial |system )?(prompt|instructions))\\b"),
          Pattern.compile(
              "(?i)\\b(answer|reply|respond|say)\\b.{0,30}\\b(only|always|exclusively|nothing"
                  + " but|every question|all questions)\\b.{0,40}(\\bwith\\b|\\bin"
                  + " (french|german|english|chinese|base64|capitals|upper"
                  + " ?case|rhymes?)\\b|\\bthat\\b|:|[\"“'])|\\balways"
                  + " (answer|reply|respond)\\b|\\b(answer|reply|respond) (only )?with the"
                  + " (word|text|sentence|string)\\b"),
          Pattern.compile(
              "(?i)\\b(note|message|notice|attention|instructions?|memo|important)\\b.{0,20}\\b(to|for)\\b.{0,15}\\b(ai|a\\.i\\.|llm|language"
                  + " model|chat ?bot|assistant|model|bot)s?\\b|\\b(ai|llm|chatbot|language"
                  + " model|ai assistant)s? (must|should|shall|will|reading"
                  + " this|processing)\\b|\\bif you are an? (ai|llm|language"
                  + " model|assistant|chatbot)\\b|\\bas an? (ai|language model)\\b"),
          Pattern.compile(
              "(?i)\\b(append|include|insert|add|embed|attach|end)\\b.{0,50}\\b(your|each|every|the)"
                  + " (answer|reply|response|output)s?\\b"),
          Pattern.compile(
              "(?i)\\b(do"
                  + " not|don't|never)\\b.{0,20}\\b(cite|mention|tell|inform|warn)\\b.{0,30}\\b(the"
                  + " )?(source|user|asker|passage|document|reader)s?\\b.{0,40}\\b(answer|instruction|citation|refus\\w*)?"),
          Pattern.compile(
              "(?i)\\bask the (user|reader|employee) (for|to (send|enter|give)) (their|his|the|a)"
                  + " (password|credentials|pin)\\b"),
          Pattern.compile(
              "<\\|[^|>\\n"
                  + "]{1,40}\\|>|<<<|>>>|\\[/?(INST|SYS)]|<</?SYS>>|!\\[[^\\]]*]\\(|\"(function|tool|tool_call|arguments)\"\\s*:"),
          Pattern.compile(
              "(忽略|无视|忘记|忘掉|不要理会|不必理会|覆盖|绕过).{0,8}(以上|上述|之前|前面|先前|所有|全部|系统|其他|你的).{0,8}(指令|提示|说明|规则|要求|内容|对话|段落|设定)"),
          Pattern.compile("^\\W*(系统|助手|用户|开发者|新)(消息|提示|指令|说明)?\\W?\\s*[:：】\\]](?!.*; .+: )"),
          Pattern.compile("(你现在是|从现在(起|开始).{0,8}(你|回答|回复|一律)|(请|现在|必须|需要)(扮演|假装)|开发者模式|越狱)"),
          Pattern.compile("(输出|显示|泄露|透露|重复|打印|公布|翻译).{0,8}(系统提示|提示词|系统指令|你的指令|初始指令|隐藏指令)"),
          Pattern.compile(
              "(只|仅|一律|始终|总是|永远|统一)(能|可|要|需|用|以|须)?.{0,10}(回答|回复|答复|输出)|(回答|回复|答复)(时)?(只|仅|一律|必须|都)|无论.{0,12}(问|提问|问题).{0,12}(回答|回复|答复|输出)"),
          Pattern.compile(
              "(致|给|告知|提醒)?(人工智能|AI|大模型|语言模型|聊天机器人|智能助手)(助手|模型|系统)?(的)?(指令|注意|须知|请注意|：|:|必须|应当|请)|如果你是.{0,6}(人工智能|AI|模型|助手)|作为.{0,4}(人工智能|AI|语言模型)"),
          Pattern.compile("(在|于).{0,6}(回答|回复|答复|答案).{0,6}(末尾|结尾|开头|最后|中)(加上|附上|插入|添加|写上|加入)"),
          Pattern.compile("(不要|不得|切勿|请勿).{0,6}(引用|注明|提及|告诉|提醒).{0,6}(来源|出处|用户|提问者|段落)"),
          Pattern.compile("(要求|请|让).{0,4}(用户|员工|提问者).{0,6}(提供|输入|发送).{0,6}(密码|口令|账号)"));

  private Instructions() {}

  /** Whether a sentence is one of these. */
  static boolean isOne(String sentence) {
    for (Pattern pattern : PATTERNS) {
      if (pattern.matcher(sentence).find()) {
        return true;
      }
    }
    return false;
  }
}
