/** What the app says in Chinese (simplified): the app itself: updates, parts that come later, and browsers that cannot run it. */
import type { ENGLISH_APP } from "./english_app.ts";

export const CHINESE_APP: Readonly<Record<keyof typeof ENGLISH_APP, string>> = {
  "update.ready": "新版本已就绪",
  "update.apply": "重新加载",

  "later.back": "返回",
  "later.loading": "正在加载…",
  "later.missing": "未加载",
  "later.failed": "应用的一部分无法加载",
  "later.failed.hint": "请检查与中继的连接，然后重新加载。",
  "later.details": "详情",

  "unsupported.insecure_context": "本页需要 https",
  "unsupported.insecure_context.hint":
    "浏览器只允许在 https 地址和 localhost 上使用加密。请用中继的 https 地址打开。",
  "unsupported.old_browser": "这个浏览器版本过旧",
  "unsupported.old_browser.hint":
    "Loopsy 需要 X25519 加密：Safari 17、Chrome 133、Firefox 130 或更新版本。请更新浏览器或系统。",
  "unsupported.no_storage": "这个浏览器不保存数据",
  "unsupported.no_storage.hint": "Loopsy 把密钥保存在浏览器中。请退出无痕浏览，或允许本页保存数据。",
};
