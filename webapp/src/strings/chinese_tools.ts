/** What the app says in simplified Chinese: selection, search, links, the clipboard and the bell in a terminal. */
import type { ENGLISH_TOOLS } from "./english_tools.ts";

export const CHINESE_TOOLS: Readonly<Record<keyof typeof ENGLISH_TOOLS, string>> = {
  "menu.open": "更多",
  "menu.label": "可用操作",
  "menu.search": "搜索",
  "menu.text": "以文本显示",
  "menu.previous": "上一个会话",
  "menu.next": "下一个会话",
  "menu.larger": "放大文字",
  "menu.smaller": "缩小文字",

  "selection.label": "所选内容",
  "selection.copy": "复制",
  "selection.all": "全选",
  "selection.text": "以文本显示",
  "selection.link": "打开链接",

  "search.label": "搜索",
  "search.input": "搜索内容",
  "search.previous": "上一个匹配项",
  "search.next": "下一个匹配项",
  "search.case": "区分大小写",
  "search.close": "关闭搜索",
  "search.count": "{current}/{count} 个",
  "search.none": "无",

  "link.title": "打开这个链接？",
  "link.leads": "它通往 {destination}",
  "link.disguised": "屏幕上的文字与实际地址不同：",
  "link.open": "打开",
  "link.copy": "复制地址",
  "link.cancel": "取消",

  "clipboard.title": "有程序想写入这台设备的剪贴板",
  "clipboard.hint": "在你离开本应用之前，这个会话可以替换剪贴板内容，但永远无法读取它。",
  "clipboard.again": "浏览器需要你点一下才能复制以下内容",
  "clipboard.allow": "允许",
  "clipboard.never": "永不允许",
  "clipboard.copy": "复制",
  "clipboard.dismiss": "忽略",
  "clipboard.too_large": "有程序想复制超过 100 KB 的内容；未复制任何内容。",
};
