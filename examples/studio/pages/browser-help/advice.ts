/** What to do where there is no WebGPU, browser by browser. Pure functions and a table, no DOM. */

export interface BrowserAdvice {
  readonly id: BrowserId;
  readonly title: string;
  /** The first version with WebGPU switched on, and where. */
  readonly since: string;
  /** Steps, in order; `code` in backticks. Addresses such as chrome://flags cannot be links: browsers refuse to follow them. */
  readonly steps: readonly string[];
}

export type BrowserId = "chrome" | "firefox" | "safari";

export const browserAdvice: readonly BrowserAdvice[] = [
  {
    id: "chrome",
    title: "Chrome, Edge, Brave, Opera",
    since:
      "version 113 on Windows, macOS and ChromeOS; 121 on Android 12; 144 (Intel) and 147 (NVIDIA) on Linux",
    steps: [
      "Update the browser and start it again.",
      "Settings → System: switch “Use graphics acceleration when available” on.",
      "On Linux with another card, install its Vulkan driver and start the browser with `--enable-unsafe-webgpu` `--enable-features=Vulkan`.",
      "On Windows on Arm, enable `chrome://flags/#enable-unsafe-webgpu`.",
      "Open `chrome://gpu`: the line “WebGPU” says what is missing.",
    ],
  },
  {
    id: "safari",
    title: "Safari",
    since: "version 26 on macOS, iOS, iPadOS and visionOS",
    steps: [
      "Update the system: Safari comes with it.",
      "In Safari 18 it can be switched on: Settings → Apps → Safari → Advanced → Feature Flags → WebGPU (on a Mac: Develop → Feature Flags).",
    ],
  },
  {
    id: "firefox",
    title: "Firefox",
    since: "version 141 on Windows; 147 on macOS with Apple silicon",
    steps: [
      "Update the browser and start it again.",
      "On Linux, or in an older version, open `about:config` and set `dom.webgpu.enabled` to true; Firefox Nightly has it on.",
      "Open `about:support`: the section Graphics says whether WebGPU is blocked, and why.",
    ],
  },
];

/** Why the studio cannot run here. */
export type Obstacle = "insecure" | "no-webgpu" | "no-adapter";

/** The obstacle's heading and its explanation. */
export const obstacles: Readonly<Record<Obstacle, { readonly title: string; readonly text: string }>> = {
  insecure: {
    title: "This address is not secure",
    text:
      "Browsers offer WebGPU only to pages that come over https or from this computer itself. " +
      "Open the studio under http://localhost or http://127.0.0.1, or put it behind https.",
  },
  "no-webgpu": {
    title: "This browser has no WebGPU",
    text: "The studio computes with WebGPU, the browser's way to the graphics card. Yours is too old for it, or has it switched off.",
  },
  "no-adapter": {
    title: "No GPU could be opened",
    text:
      "This browser knows WebGPU but found no graphics adapter that it may use. " +
      "Usually the driver is too old, hardware acceleration is off, or this is a virtual machine or a remote session.",
  },
};

/** The browser family behind a user agent string, or undefined for an unknown one. */
export function browserFamily(userAgent: string): BrowserId | undefined {
  // Every browser on iOS is Safari inside; elsewhere Chrome's string also says Safari.
  if (/iPhone|iPad|iPod/.test(userAgent)) return "safari";
  if (/Firefox\//.test(userAgent)) return "firefox";
  if (/Chrome\/|Chromium\/|Edg\//.test(userAgent)) return "chrome";
  return /Safari\//.test(userAgent) ? "safari" : undefined;
}
