// Charts: <div data-gf-chart="id-of-a-json-script" data-gf-height="260"></div>, options as ECharts takes them; a click follows `url` of the datum.
import { text } from "./say.js";

let loading = null;

function library() {
  if (window.echarts) return Promise.resolve(window.echarts);
  loading = loading || new Promise((done, fail) => {
    const script = document.createElement("script");
    script.src = new URL("../../vendor/echarts/echarts.min.js", import.meta.url).href;
    script.onload = () => done(window.echarts);
    script.onerror = fail;
    document.head.append(script);
  });
  return loading;
}

function look() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(name).trim();
  return {
    color: ["#1d5fd1", "#2fb344", "#f59f00", "#d63939", "#7b3fb5", "#17a2b8", "#6b7888"],
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: of("--gf-ink-2") },
    ink: of("--gf-ink-2"), line: of("--gf-line"),
  };
}

export async function draw(holder) {
  if (holder.dataset.awake) return;
  holder.dataset.awake = "1";
  const echarts = await library();
  const options = JSON.parse(document.getElementById(holder.dataset.gfChart).textContent);
  holder.style.height = (holder.dataset.gfHeight || 260) + "px";
  holder.setAttribute("role", "img");
  holder.setAttribute("aria-label", holder.dataset.gfTitle || text("chart"));
  const chart = echarts.init(holder, null, { renderer: "canvas" });
  const paint = () => {
    const style = look();
    chart.setOption({ color: style.color, textStyle: style.textStyle, animationDuration: 250, grid: { left: 8, right: 12, top: 34, bottom: 6, containLabel: true }, tooltip: { trigger: "axis", confine: true }, ...options }, true);
    for (const axis of ["xAxis", "yAxis"]) {
      if (options[axis]) {
        const list = [].concat(options[axis]);
        chart.setOption({ [axis]: list.map(() => ({ axisLabel: { color: style.ink }, axisLine: { lineStyle: { color: style.line } }, splitLine: { lineStyle: { color: style.line } }, nameTextStyle: { color: style.ink } })) });
      }
    }
    if (options.title) chart.setOption({ title: { textStyle: { color: style.ink } } });
    if (options.legend) chart.setOption({ legend: { textStyle: { color: style.ink }, ...options.legend } });
  };
  paint();
  chart.on("click", (event) => {
    if (event.data && event.data.url) window.location.href = event.data.url;
  });
  new ResizeObserver(() => chart.resize()).observe(holder);
  document.addEventListener("gf:theme", paint);
}
