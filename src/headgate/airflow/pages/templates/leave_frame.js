// Airflow shows pages in a frame that may not leave itself: links marked "_top" are opened by the page around it.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[target=_top]");
  if (!link || window.parent === window || !/^https?:$/.test(link.protocol)) return;
  event.preventDefault();
  const outside = window.parent.document.createElement("a");
  outside.href = link.href;
  if (link.origin !== location.origin || event.ctrlKey || event.metaKey) outside.target = "_blank";
  outside.rel = "noopener";
  outside.click();
});
