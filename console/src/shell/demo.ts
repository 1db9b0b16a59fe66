/** Whether the server that sent this page is a demo; the page knows it before anybody is logged in. */
export const IS_DEMO = document.documentElement.dataset.demo === 'yes';
