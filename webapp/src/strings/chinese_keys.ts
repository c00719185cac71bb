/** What the app says in Chinese (simplified): the keys of the key bar. */
import type { ENGLISH_KEYS } from "./english_keys.ts";

export const CHINESE_KEYS: Readonly<Record<keyof typeof ENGLISH_KEYS, string>> = {
  "keys.label": "按键",
  "keys.more": "更多按键",
  "keys.locked": "{key}，已锁定",
  "key.escape": "退出键",
  "key.tab": "制表键",
  "key.shift_tab": "上档加制表键",
  "key.ctrl": "控制键",
  "key.alt": "换挡键",
  "key.left": "左",
  "key.up": "上",
  "key.down": "下",
  "key.right": "右",
  "key.pipe": "竖线",
  "key.slash": "斜杠",
  "key.tilde": "波浪号",
  "key.dash": "连字符",
  "key.home": "行首键",
  "key.end": "行尾键",
  "key.page_up": "向上翻页",
  "key.page_down": "向下翻页",
};
