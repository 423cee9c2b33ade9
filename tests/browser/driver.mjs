// A real browser, driven by lines of JSON: one request a line on stdin, one answer a line on stdout.
// Requests are { id, do, ...arguments }, answers { id, value } or { id, error }. See driver.py for what they mean.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

import puppeteer from "puppeteer-core";

const CHROMIUM_ALWAYS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-features=Translate,OptimizationHints,MediaRouter",
];

let browser;
let isFirefox = false;
let isWatched = true;
const pages = new Map();

const actions = {
  async launch({ kind, executable, flags, preferences, watched }) {
    isFirefox = kind === "firefox";
    isWatched = watched;
    // Puppeteer gives every browser a fresh profile, and removes it.
    browser = await puppeteer.launch({
      browser: kind,
      executablePath: executable,
      args: isFirefox ? flags : [...CHROMIUM_ALWAYS, ...flags],
      extraPrefsFirefox: preferences,
      // A browser that is watched keeps what it sends for whoever watches.
      networkEnabled: watched,
      protocolTimeout: 900_000,
    });
    return { version: await browser.version(), process: browser.process().pid };
  },

  async open({ page, script }) {
    // A context of its own is a private window: nothing is shared with another page.
    const context = await browser.createBrowserContext();
    const opened = await context.newPage();
    const kept = { page: opened, context, problems: [], traffic: [] };
    if (script) await opened.evaluateOnNewDocument(script);
    await watch(kept);
    pages.set(page, kept);
  },

  close: async ({ kept }) => kept.context.close(),
  goto: async ({ kept, url }) => (await kept.page.goto(url, { waitUntil: "load" }))?.status() ?? 0,
  reload: async ({ kept }) => (await kept.page.reload())?.status() ?? 0,
  back: async ({ kept }) => void kept.page.evaluate(() => history.back()),
  idle: async ({ kept, milliseconds }) => kept.page.waitForNetworkIdle({ idleTime: milliseconds }),
  url: ({ kept }) => kept.page.url(),
  title: ({ kept }) => kept.page.title(),
  viewport: ({ kept, width, height }) => {
    // A Firefox that turns into a phone loads its page again.
    const phone = width < 600 && !isFirefox;
    return kept.page.setViewport({ width, height, isMobile: phone, hasTouch: phone });
  },
  media: ({ kept, features }) => kept.page.emulateMediaFeatures(features),
  async downloads({ kept, folder }) {
    const wire = await browser.target().createCDPSession();
    const browserContextId = kept.context.id;
    const options = { behavior: "allow", downloadPath: folder, browserContextId };
    await wire.send("Browser.setDownloadBehavior", options);
  },
  scripts: ({ kept, on }) => kept.page.setJavaScriptEnabled(on),
  offline: ({ kept, on }) => kept.page.setOfflineMode(on),
  slow: ({ kept, rate }) =>
    kept.page.emulateNetworkConditions(rate ? { upload: rate, download: rate, latency: 0 } : null),

  async click({ kept, selector, timeout }) {
    await (await find(kept, selector, timeout)).click();
  },
  async fill({ kept, selector, text, timeout }) {
    const field = await find(kept, selector, timeout);
    await field.focus();
    await kept.page.keyboard.down("Control");
    await kept.page.keyboard.press("a");
    await kept.page.keyboard.up("Control");
    await kept.page.keyboard.press("Delete");
    // As a paste does: one input event, however long the text.
    if (isFirefox) {
      await kept.page.evaluate((pasted) => document.execCommand("insertText", false, pasted), text);
    } else {
      await kept.page.keyboard.sendCharacter(text);
    }
  },
  type: ({ kept, text }) => kept.page.keyboard.type(text),
  press: ({ kept, key }) => kept.page.keyboard.press(key),
  async upload({ kept, selector, paths, timeout }) {
    await (await find(kept, selector, timeout)).uploadFile(...paths);
  },

  async text({ kept, selector, timeout }) {
    return (await find(kept, selector, timeout)).evaluate((element) => element.innerText);
  },
  async texts({ kept, selector }) {
    return kept.page.$$eval(selector, (elements) => elements.map((element) => element.innerText));
  },
  async wait({ kept, selector, timeout }) {
    await find(kept, selector, timeout);
  },
  wait_text: ({ kept, text, timeout }) =>
    kept.page
      .waitForFunction((wanted) => document.body?.innerText.includes(wanted), { timeout }, text)
      .then(() => null),
  evaluate: ({ kept, script }) => kept.page.evaluate(script),
  screenshot: ({ kept, path, full }) =>
    kept.page.screenshot({ path, fullPage: full, captureBeyondViewport: full }).then(() => null),

  problems: ({ kept }) => kept.problems.splice(0),
  traffic: ({ kept }) => kept.traffic,
  forget_traffic: ({ kept }) => void kept.traffic.splice(0),

  async axe({ kept }) {
    const path = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
    await kept.page.evaluate(await readFile(path, "utf8"));
    return kept.page.evaluate(async () => {
      const { violations } = await globalThis.axe.run();
      return violations.map(({ id, impact, help, nodes }) => ({
        id,
        impact,
        help,
        nodes: nodes.map((node) => node.html),
      }));
    });
  },
};

async function find({ page }, selector, timeout) {
  return page.waitForSelector(selector, { visible: !selector.includes("[type=file]"), timeout });
}

async function watch(kept) {
  const { page, problems, traffic } = kept;
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`error: ${error.stack ?? error}`));
  page.on("dialog", (dialog) => {
    problems.push(`dialog: ${dialog.type()}`);
    void dialog.accept();
  });
  if (isWatched) await (isFirefox ? watchRequests(kept) : watchWire(kept));
}

// What Firefox tells of a request: no size.
async function watchRequests({ page, traffic }) {
  const open = new Map();
  page.on("request", (request) => {
    // A font of the browser's own, for instance: nothing that came over a line.
    if (request.url().startsWith("data:")) return;
    const entry = { method: request.method(), url: request.url(), status: 0, body: 0, encoding: "" };
    open.set(request, entry);
    traffic.push(entry);
  });
  page.on("response", (response) => {
    const entry = open.get(response.request());
    if (!entry) return;
    open.delete(response.request());
    entry.status = response.status();
    entry.headers = response.headers();
    entry.encoding = entry.headers["content-encoding"] ?? "";
  });
}

async function watchWire({ page, traffic }) {
  const wire = await page.createCDPSession();
  await wire.send("Network.enable");
  const open = new Map();
  wire.on("Network.requestWillBeSent", ({ requestId, request }) => {
    const entry = { method: request.method, url: request.url, status: 0, head: 0, body: 0, encoding: "" };
    open.set(requestId, entry);
    traffic.push(entry);
  });
  wire.on("Network.responseReceived", ({ requestId, response }) => {
    const entry = open.get(requestId);
    if (!entry) return;
    entry.status = response.status;
    entry.head = response.encodedDataLength;
    const headers = Object.entries(response.headers).map(([n, v]) => [n.toLowerCase(), v]);
    entry.encoding = Object.fromEntries(headers)["content-encoding"] ?? "";
    entry.headers = Object.fromEntries(headers);
  });
  wire.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const entry = open.get(requestId);
    if (entry) entry.body = encodedDataLength - entry.head;
  });
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, do: action, ...options } = JSON.parse(line);
  let answer;
  try {
    const kept = pages.get(options.page);
    answer = { id, value: (await actions[action]({ ...options, kept })) ?? null };
  } catch (error) {
    answer = { id, error: String(error?.message ?? error) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
await browser?.close();
